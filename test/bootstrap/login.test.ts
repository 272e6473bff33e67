import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { createBed } from './bed.ts';
import { INITIAL_TENANT, runJob } from './job.ts';

/** The server's stand-in lets in whom the job has made: what a login in the lab is worth. */
const bed = createBed();

/** Starts the stand-in with this environment, gives what the question answers. */
async function served<Answer>(env: Record<string, string>, ask: (url: string) => Promise<Answer>): Promise<Answer> {
  const program = join(env['APP_DIR'] ?? '', 'stand-in/application.mjs');
  const server = execa(process.execPath, [program], { env: { ...env, PORT: '0' }, extendEnv: false, reject: false });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    return await ask(`http://127.0.0.1:${/port (\d+)/.exec(line.toString())?.[1]}`);
  } finally {
    server.kill();
    await server;
  }
}

/** Gives the status of a login. */
function login(env: Record<string, string>, email: string, password: string): Promise<number> {
  const body = JSON.stringify({ email, password });
  return served(env, async (url) => (await fetch(`${url}/api/auth/login`, { method: 'POST', body })).status);
}

test('the administrator logs in with the password of the install, and with no other, nor as somebody else', async () => {
  bed.freshDatabase();
  expect((await runJob(bed.env())).exitCode).toBe(0);
  const { INITIAL_ADMIN_EMAIL: email, INITIAL_ADMIN_PASSWORD: password } = INITIAL_TENANT;
  expect(await login(bed.env(), email, password)).toBe(200);
  expect(await login(bed.env(), email, `${password}x`)).toBe(401);
  expect(await login(bed.env(), 'somebody@first.test', password)).toBe(401);
});

const ANOTHER = { ITERATIONS: '10000', NEXTAUTH_SECRET: 'another', KEY_LENGTH: '32', ALGORITHM: 'sha256' };
test.each(Object.entries(ANOTHER))('a server with another %s lets nobody in', async (name, value) => {
  const { INITIAL_ADMIN_EMAIL: email, INITIAL_ADMIN_PASSWORD: password } = INITIAL_TENANT;
  expect(await login(bed.env({ [name]: value }), email, password)).toBe(401);
});

test('a link begins with NEXT_PUBLIC_APP_URL, and reads undefined without it, as in the vendor’s mails', async () => {
  const link = (env: Record<string, string>) =>
    served(env, async (url) => (await fetch(`${url}/api/links/appointments`)).text());
  const path = '/client-portal/appointments';
  expect(await link(bed.env({ NEXT_PUBLIC_APP_URL: 'https://psa.example' }))).toBe(`https://psa.example${path}`);
  expect(await link(bed.env())).toBe(`undefined${path}`);
});

test('a secret of a tenant is a file below SECRET_FS_BASE_PATH, which the next server reads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tenant-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = bed.env({
    SECRET_FS_BASE_PATH: folder,
    SECRET_READ_CHAIN: 'env,filesystem',
    SECRET_WRITE_PROVIDER: 'filesystem',
  });
  const at = (url: string) => `${url}/api/tenant-secrets/imap_password`;
  const read = async (url: string) => {
    const response = await fetch(at(url));
    return response.ok ? response.text() : response.status;
  };
  expect(await served(env, read)).toBe(404);
  await served(env, (url) => fetch(at(url), { method: 'POST', body: 'a-canary\n' }));
  const [tenant = ''] = await readdir(join(folder, 'tenants'));
  expect(await bed.postgres.query(bed.database, 'select tenant from tenants')).toEqual([{ tenant }]);
  expect(await readFile(join(folder, 'tenants', tenant, 'imap_password'), 'utf8')).toBe('a-canary\n');
  expect(await served(env, read)).toBe('a-canary');
  expect(await served({ ...env, SECRET_FS_BASE_PATH: `${folder}/elsewhere` }, read)).toBe(404);
});

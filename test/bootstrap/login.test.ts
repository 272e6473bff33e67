import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { createBed } from './bed.ts';
import { INITIAL_TENANT, runJob } from './job.ts';

/** The server's stand-in lets in whom the job has made: what a login in the lab is worth. */
const bed = createBed();

/** Starts the stand-in with this environment, gives the status of a login. */
async function login(env: Record<string, string>, email: string, password: string): Promise<number> {
  const program = join(env['APP_DIR'] ?? '', 'stand-in/application.mjs');
  const server = execa(process.execPath, [program], { env: { ...env, PORT: '0' }, extendEnv: false, reject: false });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const port = /port (\d+)/.exec(line.toString())?.[1];
    const body = JSON.stringify({ email, password });
    return (await fetch(`http://127.0.0.1:${port}/api/auth/login`, { method: 'POST', body })).status;
  } finally {
    server.kill();
    await server;
  }
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

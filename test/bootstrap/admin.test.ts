import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../client/terminal/clock.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import { runClient, temporaryFolder } from '../client/support/run-client.ts';
import { scriptedInstalls } from '../client/support/scripted-installs.ts';
import { playAdminKubelet, secretNamed, serverDeployment } from '../support/admin-kubelet.ts';
import type { Started } from '../support/admin-kubelet.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { createBed } from './bed.ts';
import { INITIAL_TENANT, PASSWORDS, PASSWORD_HASH, runJob } from './job.ts';
import { SUPERUSER_PASSWORD } from './postgres.ts';

/**
 * `admin` from the command to the database: the real program, run as the Job runs it, on a real Postgres that the bootstrap job filled;
 * whether a password is right is for the server's stand-in to say.
 */
const bed = createBed();
const SITE = 'appliance-single-node';
const { INITIAL_ADMIN_PASSWORD: FIRST } = INITIAL_TENANT;
const EMAIL = 'ada@first.test';
/** What a person may choose: quotes, spaces, a leading dash, letters of other alphabets. */
const NEW = `-Aa1'"\`$HOME \\ ü日本語! `;

beforeAll(async () => {
  bed.freshDatabase();
  expect((await runJob(bed.env())).exitCode).toBe(0);
}, 120_000);

/** The server's stand-in, for the whole file. */
let server: { readonly url: string; readonly stop: () => Promise<void> };
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

async function startServer(more: Record<string, string> = {}) {
  const env = bed.env(more);
  const program = join(env['APP_DIR'] ?? '', 'stand-in/application.mjs');
  const child = execa(process.execPath, [program], { env: { ...env, PORT: '0' }, extendEnv: false, reject: false });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${/port (\d+)/.exec(line.toString())?.[1]}`;
  const stop = async (): Promise<void> => {
    child.kill();
    await child;
  };
  return { url, stop };
}

/** Gives the session, or the status that refused it. */
async function login(password: string, email = EMAIL, url = server.url): Promise<string | number> {
  const response = await fetch(`${url}/api/auth/login`, { method: 'POST', body: JSON.stringify({ email, password }) });
  if (!response.ok) return response.status;
  return z.object({ session: z.string() }).parse(await response.json()).session;
}

async function isAlive(session: string | number): Promise<boolean> {
  const headers = { authorization: `Bearer ${session}` };
  return (await fetch(`${server.url}/api/auth/session`, { headers })).ok;
}

/** Runs the program as its container would. `APP_DIR` stands for what /app is in the image. */
async function runProgram({ env, files }: Started): Promise<{ printed: string; exitCode: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'admin-job-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const { stdout, exitCode = 1 } = await execa(process.execPath, [join(folder, 'program.mjs')], {
      env: { ...env, PATH: process.env.PATH ?? '', APP_DIR: bed.env()['APP_DIR'] ?? '' },
      extendEnv: false,
      reject: false,
      timeout: 60_000,
    });
    return { printed: stdout, exitCode };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `admin` on an appliance whose server has these settings. */
async function admin(argv: readonly string[], settings: Record<string, string> = {}, stdin?: string) {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  const order = ['--fresh', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
  await runClient(['start', ...order, '--detach'], { home, services });
  await writeFile(join(home, SITE, 'kubeconfig'), OWN_KUBECONFIG);
  const { NEXTAUTH_SECRET, ...hashing } = { ...PASSWORD_HASH, ...settings };
  const { DB_HOST, DB_PORT, DB_NAME_SERVER, DB_USER_ADMIN } = bed.env();
  const plain = Object.entries({ DB_HOST, DB_PORT, DB_NAME_SERVER, DB_USER_ADMIN, ...hashing, ...settings });
  const kubernetes = fakeKubernetes([
    serverDeployment([
      ...plain.filter(([name]) => name !== 'NEXTAUTH_SECRET').map(([name, value]) => ({ name, value })),
      {
        name: 'DB_PASSWORD_ADMIN',
        valueFrom: { secretKeyRef: { name: 'db-credentials', key: 'DB_PASSWORD_SUPERUSER' } },
      },
    ]),
    secretNamed('secrets-of-server', { NEXTAUTH_SECRET }),
    secretNamed('db-credentials', { DB_PASSWORD_SUPERUSER: SUPERUSER_PASSWORD }),
  ]);
  const ended = new AbortController();
  const printed: string[] = [];
  const kubelet = playAdminKubelet(
    kubernetes,
    async (started) => {
      const ending = await runProgram(started);
      printed.push(ending.printed);
      return ending;
    },
    ended.signal,
  );
  onTestFinished(async () => {
    ended.abort();
    await kubelet;
  });
  const ran = await runClient(['admin', ...argv], {
    home,
    ...(stdin !== undefined && { stdin }),
    services: { clock: systemClock, cluster: async () => kubernetes.cluster },
  });
  for (const secret of [SUPERUSER_PASSWORD, PASSWORDS.nextauth, ...(stdin ? [stdin.trim()] : [])])
    for (const text of [ran.stdout, ran.stderr, ...printed]) expect(text).not.toContain(secret);
  return ran;
}

const reset = (password: string, settings: Record<string, string> = {}, flags: string[] = []) =>
  admin(['reset-password', '--yes', '--password-stdin', '-o', 'json', ...flags], settings, `${password}\n`);

const sql = (text: string) => bed.postgres.query(bed.database, text);
const THE_USER = `(select user_id from users where email = '${EMAIL}')`;
const THE_TENANT = `(select tenant from users where email = '${EMAIL}')`;

test('show: who the job made, and nobody who is no administrator', async () => {
  await sql(
    `insert into users (tenant, email, hashed_password) values (${THE_TENANT}, 'technician@first.test', 'x:y')`,
  );
  // The portal of the clients has a role of the same name.
  await sql(`
    with r as (insert into roles (tenant, role_name, msp) values (${THE_TENANT}, 'Admin', false) returning *),
      u as (insert into users (tenant, email, hashed_password, user_type) values (${THE_TENANT}, 'client@first.test', 'x:y', 'client') returning *)
    insert into user_roles select u.tenant, u.user_id, r.role_id from u, r`);
  const { exit, stdout } = await admin(['show', '-o', 'json']);
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    administrators: [
      {
        id: expect.any(String),
        tenant: expect.any(String),
        company: 'First & Sons',
        name: 'Ada Admin',
        email: EMAIL,
        active: true,
        twoFactor: false,
        lastLoginAt: null,
      },
    ],
    isCut: false,
  });
});

describe('reset-password', () => {
  test('lets the new password in and the old one no more, and ends the sessions of that user alone', async () => {
    const mine = [await login(FIRST), await login(FIRST)];
    await sql(`insert into users (tenant, email, hashed_password)
      select tenant, 'other@first.test', hashed_password from users where email = '${EMAIL}'`);
    const others = await login(FIRST, 'other@first.test');
    // One that has expired, and one that was ended before, are not counted.
    await sql(`insert into sessions (tenant, user_id, expires_at, revoked_at) values
      (${THE_TENANT}, ${THE_USER}, now() - interval '1 hour', null), (${THE_TENANT}, ${THE_USER}, now() + interval '1 hour', now())`);
    expect(await Promise.all([...mine, others].map(isAlive))).toEqual([true, true, true]);

    const { exit, stdout, stderr } = await reset(NEW);
    expect(exit, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ email: EMAIL, sessionsEnded: 2, mobileSessionsEnded: 0 });
    expect(await Promise.all([...mine, others].map(isAlive))).toEqual([false, false, true]);
    expect(await login(FIRST)).toBe(401);
    expect(await isAlive(await login(NEW))).toBe(true);
    expect(
      await sql(`select distinct revoked_reason from sessions where user_id = ${THE_USER} and revoked_at is null`),
    ).toEqual([{ revoked_reason: null }]);
  });

  test('ends what the mobile app has, too, and leaves other keys alone', async () => {
    await sql(
      `insert into mobile_refresh_tokens (tenant, user_id, expires_at) values (${THE_TENANT}, ${THE_USER}, now() + interval '1 day')`,
    );
    await sql(`insert into mobile_auth_otts (tenant, user_id) values (${THE_TENANT}, ${THE_USER})`);
    await sql(`insert into api_keys (tenant, user_id, purpose) select ${THE_TENANT}::text, ${THE_USER}, purpose
      from unnest(array['mobile_session', 'general']) as purpose`);
    const { exit, stdout } = await reset(NEW);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ mobileSessionsEnded: 1 });
    expect(await sql('select purpose, active from api_keys order by 1')).toEqual([
      { purpose: 'general', active: true },
      { purpose: 'mobile_session', active: false },
    ]);
    expect(await sql('select count(*)::int as open from mobile_auth_otts where used_at is null')).toEqual([
      { open: 0 },
    ]);
  });

  test('is all or nothing: where the sessions cannot be ended the old password holds', async () => {
    const session = await login(NEW);
    await sql('alter table sessions rename column revoked_reason to another');
    const { exit, stderr } = await reset('another-Word-4711');
    await sql('alter table sessions rename column another to revoked_reason');
    expect(exit).toBe(7);
    expect(stderr).toContain('the database returned an error (42703)');
    expect(await isAlive(session)).toBe(true);
    expect(await login('another-Word-4711')).toBe(401);
  });

  test.each([
    ['secret', { NEXTAUTH_SECRET: 'of-another-server' }],
    ['settings', { ITERATIONS: '999', KEY_LENGTH: '32', ALGORITHM: 'sha256' }],
  ])("hashes with the server's own %s: another one would let nobody in", async (_, settings) => {
    expect((await reset(NEW, settings)).exit).toBe(0);
    expect(await login(NEW)).toBe(401);
    const other = await startServer(settings);
    try {
      expect(typeof (await login(NEW, EMAIL, other.url))).toBe('string');
    } finally {
      await other.stop();
    }
    expect((await reset(NEW)).exit).toBe(0);
    expect(typeof (await login(NEW))).toBe('string');
  });

  test('works where a version has no mobile app and no second factor, and names the company otherwise', async () => {
    await sql('drop table mobile_refresh_tokens, mobile_auth_otts, api_keys');
    await sql('alter table users drop column two_factor_enabled');
    await sql('alter table tenants rename column client_name to company_name');
    const { exit, stdout } = await reset(NEW);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ company: 'First & Sons', mobileSessionsEnded: 0, twoFactor: false });
    expect(typeof (await login(NEW))).toBe('string');
  });
});

describe('says in words', () => {
  test('that the database does not answer', async () => {
    const { exit, stderr } = await admin(['show'], { DB_PORT: '1' });
    expect(exit).toBe(7);
    expect(stderr).toContain('cannot connect to the database at 127.0.0.1:1');
  });

  test('that nothing is set up yet', async () => {
    const { exit, stderr } = await admin(['show'], { DB_NAME_SERVER: 'postgres' });
    expect(exit).toBe(7);
    expect(stderr).toContain('the database is not set up yet');
  });
});

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../lab/parts/ports.ts';
import { createBed } from '../bootstrap/bed.ts';
import { INITIAL_TENANT, PASSWORDS, runJob } from '../bootstrap/job.ts';
import { SUPERUSER_PASSWORD } from '../bootstrap/postgres.ts';
import { environment, rendered, workloads } from '../charts/objects.ts';
import { startPgBouncer } from '../charts/pooled.ts';
import { program } from '../charts/programs.ts';
import { needs } from '../support/needs.ts';

needs('redis-server');

/**
 * The stand-ins of the workers refuse what the vendor's images refuse (docs/contract.md, "Stand-ins"): the programs of the lab's
 * image, with the environment that the charts render, on a real Postgres, PgBouncer and Redis. Of Temporal only an answer is here.
 */
const WORKERS = ['workflow-worker', 'email-service', 'temporal-worker'] as const;
type WorkerName = (typeof WORKERS)[number];

const SECRETS: Readonly<Record<string, string>> = {
  'db-credentials/DB_PASSWORD_SUPERUSER': SUPERUSER_PASSWORD,
  'db-credentials/DB_PASSWORD_SERVER': PASSWORDS.app,
  'db-credentials/DB_PASSWORD_PGBOUNCER': PASSWORDS.pgbouncer,
  'redis-credentials/REDIS_PASSWORD': 'canary0redis0password',
  'alga-core-sebastian-secrets/NEXTAUTH_SECRET': PASSWORDS.nextauth,
};
const folder = mkdtempSync(join(tmpdir(), 'workers-'));
const bed = createBed();
const temporal = createServer().on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true });
});
let redisPort: number;
let redis: ReturnType<typeof startRedis>;

beforeAll(async () => {
  redisPort = await freePort('127.0.0.1');
  redis = startRedis(await program('redis-server'), redisPort);
  await once(temporal.listen(0, '127.0.0.1'), 'listening');
  bed.freshDatabase();
  expect((await runJob(bed.env())).exitCode).toBe(0);
}, 120_000);
afterAll(async () => {
  temporal.close();
  redis.kill();
  await redis;
  rmSync(folder, { recursive: true, force: true });
});

/** The image of the two ways, and what the charts give it: `appliance` renders it for images of before the vendor's fix. */
type Way = 'directly' | 'through PgBouncer';
let poolPort: number;
beforeEach(async () => {
  const secret = { DB_PASSWORD_PGBOUNCER: PASSWORDS.pgbouncer, DB_PASSWORD_SUPERUSER: SUPERUSER_PASSWORD };
  poolPort = await startPgBouncer('appliance', bed.postgres.port, secret, bed.database);
});

async function environmentOf(name: WorkerName, way: Way): Promise<Record<string, string>> {
  const pooled = 'database.host=pgbouncer,database.port=6432,database.user=app_user_pgbouncer';
  const objects = await rendered(name, way === 'directly' ? [] : ['--set', pooled]);
  const [own] = workloads(objects)[0]?.pod.containers ?? [];
  if (!own) throw new Error(`${name} has no container`);
  const given = Object.entries(environment(own)).map(([key, value]) => [key, SECRETS[value] ?? value] as const);
  const { port } = temporal.address() as AddressInfo;
  return {
    PATH: process.env['PATH'] ?? '',
    ...Object.fromEntries(given),
    // Where the Services of the cluster are here.
    DB_HOST: '127.0.0.1',
    DB_PORT: String(way === 'directly' ? bed.postgres.port : poolPort),
    DB_NAME_SERVER: bed.database,
    DB_HOST_ADMIN: '127.0.0.1',
    DB_PORT_ADMIN: String(bed.postgres.port),
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(redisPort),
    ...(given.some(([key]) => key === 'TEMPORAL_ADDRESS') && { TEMPORAL_ADDRESS: `127.0.0.1:${port}` }),
    SECRET_FS_BASE_PATH: folder,
    PORT: '0',
    HEALTH_CHECK_PORT: '0',
    ...(way === 'directly' && { STAND_IN_LOGS_IN_AS: 'app_user' }),
  };
}

/** Starts a program of the image; gives where it answers, or how it ended when it did not come so far. */
async function start(name: string, env: Record<string, string>) {
  const file = join(bed.env()['APP_DIR'] ?? '', `stand-in/${name}.mjs`);
  const running = execa(process.execPath, [file], { env, extendEnv: false, reject: false, all: true, cwd: folder });
  onTestFinished(async () => {
    running.kill();
    await running;
  });
  let said = '';
  const port = await new Promise<string | null>((resolve) => {
    running.all.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, found] = /port (\d+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    running.all.once('end', () => resolve(null));
  });
  const ended = port === null ? (await running).exitCode : null;
  const get = async (path: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  return { ended, said: () => said, get, port };
}

const without = (env: Record<string, string>, ...names: string[]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
async function untilHealthy(worker: Awaited<ReturnType<typeof start>>): Promise<void> {
  await expect.poll(async () => (await worker.get('/health')).status, { timeout: 20_000 }).toBe(200);
}

/** Asks the server's stand-in, as the administrator of the tenant. */
async function askServer(path: string, more: Record<string, string>): Promise<unknown> {
  const env = await environmentOf('workflow-worker', 'directly');
  const server = await start('application', { ...env, ...bed.env(), SECRET_FS_BASE_PATH: folder, PORT: '0' });
  const { INITIAL_ADMIN_EMAIL: email, INITIAL_ADMIN_PASSWORD: password } = INITIAL_TENANT;
  const body = JSON.stringify({ email, password, ...more });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body });
  expect(response.status).toBe(200);
  return response.json();
}

describe.each(['directly', 'through PgBouncer'] as const)('%s', (way) => {
  test.each(WORKERS)('%s starts with what its chart gives it', async (name) => {
    const worker = await start(name, await environmentOf(name, way));
    expect(worker.ended, worker.said()).toBeNull();
    await untilHealthy(worker);
  });

  test.each(['temporal-worker', 'email-service'] as const)('%s exits without the administrator', async (name) => {
    const env = await environmentOf(name, way);
    const none = await start(name, without(env, 'DB_USER_ADMIN', 'DB_PASSWORD_ADMIN'));
    expect(none.ended).toBe(1);
    expect(none.said()).toContain('DB_PASSWORD_ADMIN');
    const wrong = await start(name, { ...env, DB_PASSWORD_ADMIN: PASSWORDS.app });
    expect(wrong.ended).toBe(1);
    expect(wrong.said()).toContain('password authentication failed for user "postgres"');
  });

  test('an event is processed with the administrator', async () => {
    const env = await environmentOf('workflow-worker', way);
    const worker = await start('workflow-worker', env);
    await askServer('/api/stand-in/event', { type: 'TICKET_CREATED' });
    await expect
      .poll(async () => (await worker.get('/stand-in/events')).body, { timeout: 20_000 })
      .toMatchObject({ processed: 1, failed: 0 });
  });

  test('without the administrator an event fails, and workflow-worker stays healthy', async () => {
    const env = without(await environmentOf('workflow-worker', way), 'DB_PASSWORD_ADMIN');
    const worker = await start('workflow-worker', env);
    await untilHealthy(worker);
    await askServer('/api/stand-in/event', { type: 'TICKET_CREATED' });
    await expect
      .poll(async () => (await worker.get('/stand-in/events')).body, { timeout: 20_000 })
      .toMatchObject({ processed: 0, failed: 1, lastError: expect.stringContaining('DB_PASSWORD_ADMIN') });
    await untilHealthy(worker);
  });
});

test('an image of before the fix is app_user, whatever it is told: PgBouncer does not let it in', async () => {
  const env = await environmentOf('temporal-worker', 'through PgBouncer');
  const worker = await start('temporal-worker', { ...env, STAND_IN_LOGS_IN_AS: 'app_user' });
  expect(worker.ended).toBe(1);
  expect(worker.said()).toMatch(/authentication failed/);
});

test('temporal-worker names all that it lacks', async () => {
  const env = await environmentOf('temporal-worker', 'directly');
  const worker = await start('temporal-worker', without(env, 'NEXTAUTH_SECRET', 'APPLICATION_URL', 'ALGA_AUTH_KEY'));
  expect(worker.ended).toBe(1);
  expect(worker.said()).toContain('is missing: ALGA_AUTH_KEY, NEXTAUTH_SECRET, APPLICATION_URL\n');
});

test('a mail password that the server wrote is read by email-service when both share a volume, and not otherwise', async () => {
  await askServer('/api/stand-in/mail-password', { mailbox: 'help', mailPassword: 'canary0mail0password' });
  const env = await environmentOf('email-service', 'directly');
  const readBy = async (more: Record<string, string>) => {
    const service = await start('email-service', { ...env, ...more });
    return (await service.get('/stand-in/mail-password?mailbox=help')).body;
  };
  const sha256 = createHash('sha256').update('canary0mail0password').digest('hex');
  expect(await readBy({})).toMatchObject({ passwords: [{ readable: true, sha256 }] });
  expect(await readBy({ SECRET_FS_BASE_PATH: '' })).toMatchObject({ passwords: [{ readable: false }] });
  expect(await readBy({ SECRET_READ_CHAIN: 'env' })).toMatchObject({ passwords: [{ readable: false }] });
});

function startRedis(file: string, port: number) {
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return execa(file, [...flags, '--requirepass', SECRETS['redis-credentials/REDIS_PASSWORD'] ?? ''], {
    cwd: folder,
    reject: false,
    stdio: 'ignore',
  });
}

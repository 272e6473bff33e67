import { execaSync } from 'execa';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createImage, jobEnvironment, PASSWORDS, runJob, startJob } from './job.ts';
import { createPostgres, SUPERUSER_PASSWORD, type Postgres } from './postgres.ts';
import { insideSleep } from './sleep.ts';
import { needs } from '../support/needs.ts';

needs('root');

/** A Postgres that fails the job: each test has one of its own. */
let postgres: Postgres | undefined;
const image = createImage();
afterAll(() => image.remove());
afterEach(() => postgres?.remove());

async function started(options: Parameters<typeof createPostgres>[0] = {}): Promise<Postgres> {
  postgres = await createPostgres(options);
  await postgres.start();
  return postgres;
}
const env = ({ port }: Postgres, more: Record<string, string> = {}) => jobEnvironment(image.dir, port, 'server', more);
const SEEDED = { seeds: 'seeded', usersCount: 1, error: null, exitCode: 0 };

describe('Postgres goes away', () => {
  test('in the middle of the seeds: the run ends at once as one that time can mend, and the next one is whole', async () => {
    const server = await started();
    const job = startJob(env(server, { STAND_IN_SLOW_SEED: '600' }));
    await insideSleep(server, 'copy');
    await server.stop();
    const { exitCode, result } = await job.finished;
    expect([20, 22]).toContain(exitCode);
    expect(result?.error).toMatch(/^ERROR: .*(session that holds the bootstrap lock was lost|seed ended with)/);
    await server.start();
    const again = await runJob(env(server));
    expect(again.log).toContain('left the first tenant and the seeds unfinished');
    expect(again.result).toMatchObject(SEEDED);
  });

  test('in the middle of the migrations: the same', async () => {
    const server = await started();
    const job = startJob(env(server, { STAND_IN_SLOW_MIGRATION: '600' }));
    await insideSleep(server);
    await server.stop();
    expect([20, 22]).toContain((await job.finished).exitCode);
    await server.start();
    expect((await runJob(env(server))).result).toMatchObject({ migrated: true, ...SEEDED });
  });
});

test('Postgres without the extension vector: said before anything is made', async () => {
  const server = await started({ vector: 'none' });
  const job = await runJob(env(server));
  expect(job.exitCode).toBe(12);
  expect(job.result?.error).toMatch(/^ERROR: Postgres at 127\.0\.0\.1:\d+ does not offer the extension "vector"/);
  expect(await server.query('postgres', "select 1 from pg_database where datname = 'server'")).toEqual([]);
});

// A file system of its own needs root.
test('a full disk: said in its own words, and mended by room alone', async () => {
  expect(userInfo().uid, 'a small disk is mounted for this test: run it as root').toBe(0);
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  execaSync('mount', ['-t', 'tmpfs', '-o', 'size=128m,mode=0755', 'tmpfs', folder]);
  try {
    const server = await started({ folder });
    const { bavail, bsize } = statfsSync(folder);
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 4 * 1024 * 1024));
    const full = await runJob(env(server));
    expect(full.exitCode).not.toBe(0);
    expect(full.result?.error).toMatch(/could not .* file .*(No space left on device|wrote only)/);
    rmSync(ballast);
    expect((await runJob(env(server))).result).toMatchObject(SEEDED);
  } finally {
    await postgres?.remove();
    postgres = undefined;
    execaSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  }
});

describe('the termination message', () => {
  /** Quotes and line ends grow in JSON, letters outside ASCII in bytes. */
  const LONG = `/nowhere/${'"ä😀\n'.repeat(1500)}`;

  test('stays within the 4096 bytes that a kubelet keeps, and remains one line of JSON', async () => {
    const server = await started();
    const job = await runJob(env(server, { SEEDS_DIR: LONG }));
    expect(job.exitCode).toBe(12);
    expect(job.message.byteLength).toBeLessThanOrEqual(4096);
    expect(job.message.toString()).not.toContain('\n');
    expect(job.result?.error).toMatch(/^ERROR: Configured seed directory does not exist: \/nowhere\//);
  });

  test('holds no secret, even when the error does', async () => {
    const server = await started();
    const job = await runJob(env(server, { SEEDS_DIR: `/nowhere/${SUPERUSER_PASSWORD}/${PASSWORDS.hocuspocus}` }));
    expect(job.result?.error).toContain('/nowhere/[redacted]/[redacted]');
    for (const text of [job.log, job.message.toString()]) expect(text).not.toMatch(/canary/);
  });
});

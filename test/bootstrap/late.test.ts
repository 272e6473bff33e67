import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImage, jobEnvironment, runJob, startJob } from './job.ts';
import { createPostgres, type Postgres } from './postgres.ts';

let postgres: Postgres;
const image = createImage();
beforeAll(async () => {
  postgres = await createPostgres();
}, 60_000);
afterAll(async () => {
  await postgres.remove();
  image.remove();
});

test('Postgres that comes a minute late is waited for, with a word every ten seconds', async () => {
  const job = startJob(jobEnvironment(image.dir, postgres.port, 'server'));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  await postgres.start();
  const { exitCode, log } = await job.finished;
  expect(exitCode).toBe(0);
  expect(log.match(/waiting for Postgres at .*ECONNREFUSED/g)?.length).toBeGreaterThanOrEqual(6);
}, 120_000);

test('the wait is bounded and names the last answer', async () => {
  const job = await runJob(jobEnvironment(image.dir, 1, 'server', { DATABASE_WAIT_SECONDS: '3' }));
  expect(job.exitCode).toBe(20);
  expect(job.result?.error).toMatch(/took no connection within 3 s; last answer: ECONNREFUSED/);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { statusDocument } from '../../model/status.ts';
import { localEnvironment } from '../support/workflow-environment.ts';
import { progressIn } from './support/progress.ts';
import { realInstall } from './support/real-installs.ts';
import type { RealInstall } from './support/real-installs.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await localEnvironment();
});
afterAll(() => environment.teardown());

const AHEAD = new URL('../support/ahead-of-memo-workflow.ts', import.meta.url);
const PUBLISHED = progressIn('storage');
const PRESENT = progressIn('core');

/** An install whose memo is behind: `core` is its present phase, `storage` what was published. */
async function aheadOfMemo<Value>(use: (install: RealInstall) => Promise<Value>): Promise<Value> {
  const install = await realInstall(environment, [PUBLISHED, PRESENT]);
  return install.withWorker(AHEAD, 'a-worker', async () => {
    await expect.poll(async () => (await install.run('progress')).exit).toBe(0);
    return use(install);
  });
}

const phaseOf = (stdout: string): string | undefined => statusDocument.parse(JSON.parse(stdout)).install?.phase;

test('progress is the document that the workflow gives, and nothing else is on stdout', async () => {
  await aheadOfMemo(async (install) => {
    const { exit, stdout, stderr } = await install.run('progress');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(PRESENT);
    expect((await install.run('progress', '-o', 'json')).stdout).toBe(stdout);
    expect(parse((await install.run('progress', '-o', 'yaml')).stdout)).toEqual(PRESENT);
    const schema = JSON.parse(await readFile(join(import.meta.dirname, '../../schemas/progress.schema.json'), 'utf8'));
    expect(new Ajv2020({ strict: false, formats: fullFormats }).validate(schema, JSON.parse(stdout))).toBe(true);
  });
}, 60_000);

test('status says what only the workflow knows; where no worker runs, what the server holds', async () => {
  const install = await realInstall(environment, [PUBLISHED, PRESENT]);
  await install.withWorker(AHEAD, 'a-worker', async () => {
    await expect.poll(async () => phaseOf((await install.run('status', '-o', 'json')).stdout)).toBe('core');
    install.workerIsKnown = false;
    expect(phaseOf((await install.run('status', '-o', 'json')).stdout)).toBe('storage');
  });
  const { exit, stdout, stderr } = await install.run('progress');
  expect(exit).toBe(0);
  expect(JSON.parse(stdout).phase).toBe('storage');
  expect(stderr).toBe(`Read from the server's memo, as of ${PUBLISHED.updatedAt}: no worker is running.\n`);
}, 60_000);

test('a worker that is said to run and does not answer is not waited for by status', async () => {
  const install = await realInstall(environment, [PUBLISHED, PRESENT]);
  await install.withWorker(AHEAD, 'a-worker', async () => {
    await expect.poll(async () => phaseOf((await install.run('status', '-o', 'json')).stdout)).toBe('core');
  });
  const began = performance.now();
  expect(phaseOf((await install.run('status', '-o', 'json')).stdout)).toBe('storage');
  expect(performance.now() - began).toBeLessThan(2_000);
  const { stdout, stderr } = await install.run('progress');
  expect(JSON.parse(stdout).phase).toBe('storage');
  expect(stderr).toContain('no worker answered within 5000 ms');
}, 60_000);

test('an install that no worker has taken up yet has no progress', async () => {
  const install = await realInstall(environment);
  install.workerIsKnown = false;
  const { exit, stdout, stderr } = await install.run('progress');
  expect({ exit, stdout }).toEqual({ exit: 7, stdout: '' });
  expect(stderr).toContain('no worker has picked up the install');
});

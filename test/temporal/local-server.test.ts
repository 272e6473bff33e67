import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureLocalServer, runningLocalServer, stopIdleServer, stopLocalServer } from '../../temporal/local-server.ts';
import { openTemporal } from '../../temporal/connection.ts';
import { isAlive } from '../../system/processes.ts';
import { temporaryHome } from '../support/home.ts';
import { killAtOnce } from '../support/kill.ts';
import { needs } from '../support/needs.ts';

needs('temporal-local');

const options = (home: string, environment: NodeJS.ProcessEnv = process.env) => ({
  home,
  environment,
  signal: AbortSignal.timeout(50_000),
  onProgress: () => {},
});

test('two callers at once get the same server, on loopback, with private files and 30 days of retention', async () => {
  const home = await temporaryHome();
  const [one, two] = await Promise.all([ensureLocalServer(options(home)), ensureLocalServer(options(home))]);
  expect(one.pid).toBe(two.pid);
  expect(one.address).toMatch(/^127\.0\.0\.1:\d+$/);
  for (const name of ['temporal.db', 'server.json', 'server.log']) {
    const { mode } = await stat(join(home, '.temporal', name));
    expect([name, (mode & 0o777).toString(8)]).toEqual([name, '600']);
  }
  const access = await openTemporal({ ...options(home), start: 'never' });
  const { config } = await access.client.workflowService.describeNamespace({ namespace: access.namespace });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 60 * 60);
  await access.close();
});

test('a server that was killed is started again on its database', async () => {
  const home = await temporaryHome();
  const first = await ensureLocalServer(options(home));
  const access = await openTemporal({ ...options(home), start: 'never' });
  await access.client.workflow.start('installAppliance', { workflowId: 'kept', taskQueue: 'nobody', args: [] });
  await access.close();
  killAtOnce(first.pid);
  await expect.poll(() => runningLocalServer(home)).toBeNull();

  const second = await ensureLocalServer(options(home));
  expect(second.pid).not.toBe(first.pid);
  // A worker that outlived it asks there.
  expect(second.address).toBe(first.address);
  const again = await openTemporal({ ...options(home), start: 'never' });
  const kept = await again.client.workflow.getHandle('kept').describe();
  expect(kept.status.name).toBe('RUNNING');
  // Every part of it serves, and waits for nobody who was killed.
  const { workflowService } = again.client;
  const matching = { namespace: again.namespace, taskQueue: { name: 'nobody' }, taskQueueType: 1 };
  const isServed = async () =>
    again.client.withDeadline(Date.now() + 2_000, () => workflowService.describeTaskQueue(matching));
  await expect.poll(isServed, { timeout: 5_000 }).toBeDefined();
  await again.close();
});

test.each([
  ['lost', (file: string) => rm(file)],
  ['empty', (file: string) => writeFile(file, '')],
])('where %s is what was written down of a running server, it is found by its database', async (_what, spoil) => {
  const home = await temporaryHome();
  const first = await ensureLocalServer(options(home));
  await spoil(join(home, '.temporal', 'server.json'));
  const again = await ensureLocalServer(options(home));
  expect(again).toMatchObject({ pid: first.pid, address: first.address, version: first.version });
  expect(await runningLocalServer(home)).toMatchObject({ pid: first.pid });
  await spoil(join(home, '.temporal', 'server.json'));
  expect(await stopLocalServer(home)).toBe(true);
  expect(isAlive(first.pid)).toBe(false);
});

test('stop ends it, and says when nothing ran', async () => {
  const home = await temporaryHome();
  await ensureLocalServer(options(home));
  expect(await stopLocalServer(home)).toBe(true);
  expect(await stopLocalServer(home)).toBe(false);
  expect(await runningLocalServer(home)).toBeNull();
});

test('a Temporal cluster that does not answer is named, with what to check', async () => {
  const home = await temporaryHome();
  const environment = { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  await expect(openTemporal({ ...options(home, environment), start: 'on-demand' })).rejects.toThrow(
    /Temporal server at 127\.0\.0\.1:1 does not answer.*TEMPORAL_ADDRESS/s,
  );
});

test('it is ended when nothing runs on it, and not before', async () => {
  const home = await temporaryHome();
  const { pid } = await ensureLocalServer(options(home));
  const access = await openTemporal({ ...options(home), start: 'never' });
  const run = await access.client.workflow.start('installAppliance', { workflowId: 'w', taskQueue: 'q', args: [] });
  // The server counts what runs a moment after it was started.
  const count = async () => (await access.client.workflow.count('ExecutionStatus = "Running"')).count;
  await expect.poll(count, { timeout: 10_000 }).toBe(1);
  expect([await stopIdleServer(home), isAlive(pid)]).toEqual([false, true]);
  await run.terminate();
  await access.close();
  expect([await stopIdleServer(home), isAlive(pid)]).toEqual([true, false]);
  expect(await stopIdleServer(home)).toBe(false);
});

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusDocument } from '../../model/status.ts';
import { localEnvironment } from '../support/workflow-environment.ts';
import { progressIn } from './support/progress.ts';
import { realInstall } from './support/real-installs.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await localEnvironment();
});
afterAll(() => environment.teardown());

const FAILS = new URL('../support/failing-workflow.ts', import.meta.url);
const AHEAD = new URL('../support/ahead-of-memo-workflow.ts', import.meta.url);
const WHAT = "the installer's own code cannot continue this install";

test('code that fails in a worker is told as that, with its version, by whatever a person asks', async () => {
  const progress = progressIn('core');
  const install = await realInstall(environment, [progress, progress]);
  const handle = environment.client.workflow.getHandle(install.workflowId);
  await install.withWorker(AHEAD, 'a-worker', async () => {
    await expect.poll(() => handle.query('progress')).toEqual(progress);
  });
  await install.withWorker(FAILS, '4711@laptop appliance-client/0.0.9', async () => {
    // A worker that has not the install at hand is given it with its next event; more than a page of them.
    for (let each = 0; each < 60; each += 1) await handle.signal('anything');
    await expect.poll(async () => (await install.run('status')).exit, { timeout: 30_000 }).toBe(4);

    const status = await install.run('status', '-o', 'json');
    const document = statusDocument.parse(JSON.parse(status.stdout));
    const source = document.sources.find((one) => one.source === 'install');
    expect(source).toMatchObject({ stale: true, error: expect.stringContaining(WHAT) });
    expect(status.stderr).toContain(
      `The install is stuck: ${WHAT}; it fails in the worker 4711@laptop appliance-client/0.0.9, version 0.0.9: no step of this history is known with token=[redacted].`,
    );
    expect(status.stderr).toContain('Nothing is lost');
    expect(status.stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);

    const began = performance.now();
    for (const argv of [['retry'], ['pause'], ['set', '--dns-servers', '9.9.9.9']]) {
      const { exit, stderr } = await install.run(...argv);
      expect(exit).toBe(7);
      expect(stderr).toContain(WHAT);
      expect(stderr).toContain('`appliance-client worker stop');
    }
    expect(performance.now() - began).toBeLessThan(10_000);

    const told = await install.run('progress');
    expect(JSON.parse(told.stdout).phase).toBe('core');
    expect(told.stderr).toContain(WHAT);

    const followed = await install.run('resume', '--exit-on-block');
    expect(followed.exit).toBe(4);
    expect(followed.stderr).toContain(WHAT);
  });
}, 120_000);

test('a task that was lost with its worker is no failure of the code', async () => {
  const install = await realInstall(environment, [progressIn('core'), progressIn('core')]);
  const { exit, stderr } = await install.run('status');
  expect(exit).toBe(0);
  expect(stderr).not.toContain(WHAT);
}, 30_000);

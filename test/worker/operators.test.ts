import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, recordSite } from '../../client/site/site.ts';
import { DEFAULT_TASK_QUEUE, INSTALL_WORKFLOW, installWorkflowId } from '../../model/workflow-contract.ts';
import { specDigest } from '../../site-folder/inputs.ts';
import { operatorOn } from '../support/operator.ts';
import type { Operator } from '../support/operator.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { testSpec } from '../support/spec.ts';
import { localEnvironment } from '../support/workflow-environment.ts';

const SITE = 'appliance-single-node';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await localEnvironment();
});
afterAll(() => environment.teardown());

const operator = (copied?: Pick<Operator, 'home'>): Promise<Operator> =>
  operatorOn({ TEMPORAL_ADDRESS: environment.address, TEMPORAL_NAMESPACE: 'default' }, copied);

const ended = async ({ installs }: Operator): Promise<string | undefined> => (await installs.view(SITE))?.run;
const keysOf = ({ home }: Operator): Promise<string> => readFile(join(home, SITE, 'secrets.yaml'), 'utf8');

test('two people with one cluster and one name of a site never meet', { timeout: 120_000 }, async () => {
  const [first, second] = [await operator(), await operator()];
  expect(first.access.taskQueue).toMatch(/^appliance-[0-9a-f-]{36}$/);
  expect(second.access.taskQueue).not.toBe(first.access.taskQueue);

  // Nobody is at work for the first; the second's worker is there for the second.
  expect(await first.order(testSpec({ nodeIp: '192.0.2.11' }))).toEqual({ kind: 'started' });
  await second.work();
  expect(await second.order(testSpec({ nodeIp: '192.0.2.12' }))).toEqual({ kind: 'started' });
  await expect.poll(() => ended(second), { timeout: 60_000 }).toBe('COMPLETED');
  expect(await first.installs.view(SITE)).toMatchObject({ run: 'RUNNING', progress: null });
  expect(await first.installs.hasWorker(SITE)).toBe(false);

  await first.work();
  await expect.poll(() => ended(first), { timeout: 60_000 }).toBe('COMPLETED');
  expect((await first.installs.view(SITE))?.progress?.nodeIp).toBe('192.0.2.11');
  expect(await keysOf(first)).not.toBe(await keysOf(second));
});

test("a site's folder on another machine brings no work of its operator along", { timeout: 120_000 }, async () => {
  const first = await operator();
  await first.order(testSpec({ siteId: SITE }));
  const second = await operator(first);
  await second.work();
  // The second's worker is at work: something else of the second's comes to its end.
  await second.order(testSpec({ siteId: 'other', nodeIp: '192.0.2.12' }));
  await expect.poll(async () => (await second.installs.view('other'))?.run, { timeout: 60_000 }).toBe('COMPLETED');
  expect(await first.installs.view(SITE)).toMatchObject({ run: 'RUNNING', progress: null });
  expect(await second.installs.view(SITE)).toMatchObject({ run: 'RUNNING', isServedElsewhere: true });
});

test('the queue of clients up to 0.1.0 is served while one of their installs is open here', async () => {
  // A home as that client left it, with the one key that it had.
  const [home, spec] = [await temporaryFolder(), testSpec({ siteId: SITE })];
  await writeFile(join(home, 'payload.key'), randomBytes(32).toString('hex'));
  await recordSite(await openSite(home, SITE), spec, new Date());
  const workflowId = installWorkflowId(SITE);
  const install = { workflowId, taskQueue: DEFAULT_TASK_QUEUE, args: [{ spec, specDigest: specDigest(spec) }] };
  await environment.client.workflow.start(INSTALL_WORKFLOW, install);
  const count = async () => (await environment.client.workflow.count(`WorkflowId = '${workflowId}'`)).count;
  await expect.poll(count).toBe(1);
  const [first, second] = [await operator({ home }), await operator()];
  const pollers = async (): Promise<number> => {
    const { workflowService } = first.access.client;
    const taskQueue = { name: DEFAULT_TASK_QUEUE };
    const answer = await workflowService.describeTaskQueue({ namespace: 'default', taskQueue, taskQueueType: 1 });
    return answer.pollers?.length ?? 0;
  };
  await second.work();
  expect(await pollers()).toBe(0);
  await first.work();
  expect(await pollers()).toBeGreaterThan(0);
  await expect.poll(() => ended(first), { timeout: 60_000 }).toBe('COMPLETED');
  // Nothing of it is in the second's way, and the next order of the site is in the first's own queue.
  expect(await second.installs.view(SITE)).toBeNull();
  expect(await first.order({ ...spec, mode: 'recover' })).toEqual({ kind: 'started' });
  await expect.poll(() => ended(first), { timeout: 60_000 }).toBe('COMPLETED');
}, 150_000);

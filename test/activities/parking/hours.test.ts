import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Blocked } from '../../../activities/blocked.ts';
import { phaseActivity } from '../../../activities/phase-activity.ts';
import { INSTALL_WORKFLOW, DEFAULT_TASK_QUEUE, installWorkflowId } from '../../../model/workflow-contract.ts';
import { siteFolder } from '../../../site-folder/index.ts';
import { testBlocker } from '../../support/blockers.ts';
import { temporaryFolder } from '../../client/support/run-client.ts';
import { keptOrder } from '../../support/orders.ts';
import { scriptedActivities } from '../../support/scripted-activities.ts';
import { testSpec } from '../../support/spec.ts';
import { timeSkippingEnvironment } from '../../support/time-skipping-environment.ts';
import { testWorker } from '../../support/workflow-environment.ts';
import { onlyThese } from '../context.ts';

const pull = testBlocker('image-rate-limited', { component: 'db' });

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment.teardown());

test('a thousand looks add no event, and the one that finds nothing in the way any more goes on', async () => {
  const home = await temporaryFolder();
  let looks = 0;
  let isMended = false;
  const at = async (): Promise<Date> => new Date(await environment.currentTimeMs());
  const begun = await at();
  const ports = onlyThese({
    clock: { now: () => begun, sleep: async () => {} },
    folder: (siteId) => siteFolder(home, siteId),
  });
  const awaitCore = phaseActivity(ports, async () => {
    looks += 1;
    if (!isMended) throw new Blocked([pull]);
    return { did: 'acted', detail: '' };
  });
  const worker = await testWorker(environment, { ...scriptedActivities({}).activities, awaitCore });
  await worker.runUntil(async () => {
    const spec = testSpec({ siteId: 'long-parked' });
    const handle = await environment.client.workflow.start(INSTALL_WORKFLOW, {
      workflowId: installWorkflowId('long-parked'),
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [{ order: await keptOrder(siteFolder(home, 'long-parked'), spec) }],
    });
    while (looks < 3) await environment.sleep('5 seconds');
    const events = (await handle.fetchHistory()).events?.length;
    const from = looks;
    while (looks < from + 1_000) await environment.sleep('1 minute');
    expect((await at()).getTime() - begun.getTime()).toBeGreaterThan(80 * 60_000);
    expect((await handle.fetchHistory()).events).toHaveLength(events ?? 0);
    isMended = true;
    await handle.result();
  });
}, 120_000);

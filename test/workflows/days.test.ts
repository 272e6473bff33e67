import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Blocked, stillBlockedFailure } from '../../activities/blocked.ts';
import { phaseActivity } from '../../activities/phase-activity.ts';
import type { PhaseActivity } from '../../activities/phase-activity.ts';
import type { InstallProgress } from '../../model/progress.ts';
import {
  DEFAULT_TASK_QUEUE,
  INSTALL_WORKFLOW,
  QUERY_PROGRESS,
  STILL_BLOCKED_FAILURE,
  UPDATE_PAUSE,
  UPDATE_RESUME,
  installWorkflowId,
} from '../../model/workflow-contract.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { onlyThese } from '../activities/context.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { testBlocker } from '../support/blockers.ts';
import { keptOrder, testOrder } from '../support/orders.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import { testSpec } from '../support/spec.ts';
import { timeSkippingEnvironment } from '../support/time-skipping-environment.ts';
import { testWorker } from '../support/workflow-environment.ts';

/** Days in which nobody comes back to an install, on a clock that jumps. */
const pull = testBlocker('image-rate-limited', { component: 'db' });
const warning = testBlocker('probe-failing', { component: 'email-service', tier: 'background', severity: 'warning' });
/** Every look of five seconds would be 120,000 of them. */
const REST_MS = 5 * 60_000;

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment.teardown());

const now = async (): Promise<Date> => new Date(await environment.currentTimeMs());

async function start(siteId: string, order = testOrder(testSpec({ siteId }))): Promise<WorkflowHandle> {
  return environment.client.workflow.start(INSTALL_WORKFLOW, {
    workflowId: installWorkflowId(siteId),
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [{ order }],
  });
}

type EventType = proto.temporal.api.enums.v1.EventType;

/** The test server has a workflow woken by its own memo, which a real one does not: these tasks are left out. */
function asOnARealServer(types: readonly EventType[]): EventType[] {
  const { EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: memo, EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: task } =
    proto.temporal.api.enums.v1.EventType;
  const idle = types.flatMap((type, at) => (type === task && types[at - 1] === memo ? [at, at + 1, at + 2] : []));
  return types.filter((_, at) => !idle.includes(at));
}

test('a pause of five days adds no event, and is over with the resume', async () => {
  const scripted = scriptedActivities({ awaitCore: [{ blocked: [pull] }, 'hang', {}] });
  const worker = await testWorker(environment, scripted.activities);
  await worker.runUntil(async () => {
    const handle = await start('paused-for-days');
    await scripted.called('awaitCore', 2);
    await handle.executeUpdate(UPDATE_PAUSE, { args: [{ commandId: 'pause-1' }] });
    const progress = (): Promise<InstallProgress> => handle.query(QUERY_PROGRESS);
    await expect.poll(async () => (await progress()).state).toBe('paused');
    const [begun, calls] = [await now(), scripted.calls.length];
    const { events } = await handle.fetchHistory();
    await environment.sleep('5 days');
    expect((await now()).getTime() - begun.getTime()).toBeGreaterThanOrEqual(5 * 24 * 3_600_000);
    expect((await handle.fetchHistory()).events).toHaveLength(events?.length ?? 0);
    expect([(await progress()).state, scripted.calls.length]).toEqual(['paused', calls]);
    await handle.executeUpdate(UPDATE_RESUME, { args: [{ commandId: 'resume-1' }] });
    expect(await handle.result()).toMatchObject({ state: 'complete' });
  });
}, 120_000);

test('a week parked, under warnings that come and go all the time, is 1,000 events at most', async () => {
  const home = await temporaryFolder();
  let [at, looks, isMended] = [await now(), 0, false];
  const begun = at;
  const ports = onlyThese({
    clock: { now: () => at, sleep: async () => {} },
    folder: (siteId) => siteFolder(home, siteId),
  });
  const look = phaseActivity(ports, async ({ report }) => {
    looks += 1;
    await report({ warnings: looks % 2 === 0 ? [warning] : [] }, String(looks % 2));
    if (!isMended) throw new Blocked([pull]);
    return { did: 'acted', detail: '' };
  });
  const awaitCore: PhaseActivity = async (input) => {
    at = await now();
    try {
      return await look(input);
    } catch (error) {
      if ((error as { readonly type?: unknown }).type !== STILL_BLOCKED_FAILURE) throw error;
      throw stillBlockedFailure(input.looking?.known ?? [], REST_MS);
    }
  };
  const worker = await testWorker(environment, { ...scriptedActivities({}).activities, awaitCore });
  await worker.runUntil(async () => {
    const siteId = 'parked-for-a-week';
    const handle = await start(siteId, await keptOrder(siteFolder(home, siteId), testSpec({ siteId })));
    while (at.getTime() - begun.getTime() < 7 * 24 * 3_600_000) await environment.sleep('6 hours');
    isMended = true;
    const end = (await handle.result()) as InstallProgress;
    expect(end).toMatchObject({ state: 'complete', blockers: [] });
    // The test server calls no run long: this is all of them.
    const { events } = await handle.fetchHistory();
    expect(asOnARealServer(events?.flatMap(({ eventType }) => eventType ?? []) ?? []).length).toBeLessThanOrEqual(
      1_000,
    );
    expect(looks).toBeGreaterThan(1_500);
  });
}, 240_000);

import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Blocked } from '../../../activities/blocked.ts';
import { phaseActivity } from '../../../activities/phase-activity.ts';
import type { PhaseRun } from '../../../activities/phase-context.ts';
import { createPicture } from '../../../activities/picture.ts';
import { clock } from '../../../activities/adapters/clock.ts';
import { heartbeatsOf } from '../../../client/install/view.ts';
import { INSTALL_WORKFLOW, installWorkflowId } from '../../../model/workflow-contract.ts';
import type { StatusDocument } from '../../../model/status.ts';
import { unknownTiers } from '../../../model/tiers.ts';
import { siteFolder } from '../../../site-folder/index.ts';
import { testBlocker } from '../../support/blockers.ts';
import { temporaryFolder } from '../../client/support/run-client.ts';
import { keptOrder } from '../../support/orders.ts';
import { scriptedActivities } from '../../support/scripted-activities.ts';
import { testSpec } from '../../support/spec.ts';
import { localEnvironment, testWorker } from '../../support/workflow-environment.ts';
import { onlyThese } from '../context.ts';

const pull = testBlocker('image-rate-limited', { component: 'db', reason: 'the registry asks for a pause' });
const QUEUE = 'one-slot';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await localEnvironment();
});
afterAll(() => environment.teardown());

/** Begins an install of a site whose folder lies on this machine. */
async function start(home: string, siteId: string): Promise<WorkflowHandle> {
  const spec = testSpec({ siteId });
  return environment.client.workflow.start(INSTALL_WORKFLOW, {
    workflowId: installWorkflowId(siteId),
    taskQueue: QUEUE,
    args: [{ order: await keptOrder(siteFolder(home, siteId), spec) }],
  });
}

test('looks of a parked step add nothing to the history, hold no slot, and show since when they wait', async () => {
  const home = await temporaryFolder();
  const mended = new Set<string>();
  let looks = 0;
  // As a tier's wait does: what is seen, then what stands in the way.
  const run: PhaseRun = async (context) => {
    const { siteId } = context.spec;
    if (siteId !== 'parked' || mended.has(siteId)) return { did: 'acted', detail: '' };
    looks += 1;
    context.see('the database to be ready', `look ${looks}`);
    const status = { tiers: unknownTiers(), activeOperations: [] } as unknown as StatusDocument;
    await createPicture(context).finish(status, []);
    throw new Blocked([pull]);
  };
  const ports = onlyThese({ clock, folder: (siteId) => siteFolder(home, siteId) });
  const activities = { ...scriptedActivities({}).activities, awaitCore: phaseActivity(ports, run) };
  const worker = await testWorker(environment, activities, QUEUE, { maxConcurrentActivityTaskExecutions: 1 });
  await worker.runUntil(async () => {
    const parked = await start(home, 'parked');
    await expect.poll(() => looks, { timeout: 30_000, interval: 50 }).toBeGreaterThanOrEqual(3);
    const events = (await parked.describe()).historyLength;
    const shown = async () => (await heartbeatsOf(environment.client, await parked.describe()))[0]?.wait;
    const before = await shown();
    expect(before).toMatchObject({ what: 'the cause to be fixed', saw: 'the registry asks for a pause' });
    const [from, began] = [looks, Date.now()];

    // The one slot is free: another site's install ends meanwhile.
    await (await start(home, 'other')).result();

    await expect.poll(() => looks, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(from + 4);
    expect(Date.now() - began).toBeGreaterThan(15_000);
    expect((await parked.describe()).historyLength).toBe(events);
    const after = await shown();
    expect(after).toMatchObject({ what: before?.what, since: before?.since });
    expect(after?.seenAt).not.toBe(before?.seenAt);

    mended.add('parked');
    await parked.result();
  });
}, 120_000);

import { setImmediate as tick } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { phaseActivity } from '../../activities/phase-activity.ts';
import { awaitSecureApi } from '../../activities/phases/host/await-secure-api.ts';
import type { Ports } from '../../activities/ports/index.ts';
import { TalosError } from '../../activities/ports/talos.ts';
import type { TalosPort } from '../../activities/ports/talos.ts';
import { installProgress } from '../../model/progress.ts';
import type { InstallProgress } from '../../model/progress.ts';
import { PATIENCE } from '../../model/timing.ts';
import { DEFAULT_TASK_QUEUE, INSTALL_WORKFLOW, installWorkflowId } from '../../model/workflow-contract.ts';
import { SITE_FILES, siteFolder } from '../../site-folder/index.ts';
import { onlyThese } from '../activities/context.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { keptOrder } from '../support/orders.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import { testSpec } from '../support/spec.ts';
import { timeSkippingEnvironment } from '../support/time-skipping-environment.ts';
import { testWorker } from '../support/workflow-environment.ts';

/** For how long a step waits before the install parks: the real steps, seen through the workflow. */
const MINUTE = 60_000;
const BEGUN = Date.UTC(2026, 4, 1, 12);

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
});
afterAll(() => environment?.teardown());

interface Patient {
  readonly handle: WorkflowHandle;
  /** Minutes that have passed for the steps. */
  minutes(): number;
  /** What the install showed at the first look after each whole minute. */
  readonly shown: InstallProgress[];
}

/** Begins an install whose steps have a clock that jumps over their rests, and what else they are given. */
async function withInstall(
  siteId: string,
  given: Partial<Ports>,
  activities: (ports: Ports) => Partial<Activities>,
  work: (patient: Patient) => Promise<void>,
): Promise<void> {
  const home = await temporaryFolder();
  const folder = siteFolder(home, siteId);
  const spec = testSpec({ siteId });
  const handover = { nodeIp: spec.nodeIp, digest: 'c0ffee', times: 1, at: new Date(BEGUN).toISOString() };
  await folder.write(SITE_FILES.handover, JSON.stringify(handover));
  await folder.write(SITE_FILES.talosconfig, '');
  let now = BEGUN;
  const minutes = (): number => Math.floor((now - BEGUN) / MINUTE);
  const shown: InstallProgress[] = [];
  const handle = environment.client.workflow.getHandle(installWorkflowId(siteId));
  const clock = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      await tick();
      now += ms;
      if (minutes() > shown.length) shown.push(installProgress.parse((await handle.describe()).memo?.['progress']));
    },
  };
  const ports = onlyThese({ clock, folder: (name) => siteFolder(home, name), ...given });
  const worker = await testWorker(environment, { ...scriptedActivities({}).activities, ...activities(ports) });
  await worker.runUntil(async () => {
    await environment.client.workflow.start(INSTALL_WORKFLOW, {
      workflowId: installWorkflowId(siteId),
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [{ order: await keptOrder(folder, spec) }],
    });
    await work({ handle, minutes, shown });
  });
}

const silent = new TalosError('unreachable', {
  command: 'talosctl version',
  exitCode: 1,
  stdout: '',
  stderr: 'no route',
});
const silentNode = { mode: async () => ({ mode: 'silent', error: silent }) } as unknown as TalosPort;

test('a node that took its configuration may be silent for half an hour; then the install parks, and goes on once it answers', async () => {
  let answers = false;
  const step = (ports: Ports): Partial<Activities> => ({
    awaitSecureApi: phaseActivity(ports, async (context) =>
      answers ? { did: 'nothing-to-do', detail: 'it answers' } : awaitSecureApi(context),
    ),
  });
  await withInstall('silent-node', { talos: silentNode }, step, async ({ handle, minutes, shown }) => {
    const progress = async () => installProgress.parse((await handle.describe()).memo?.['progress']);
    await expect.poll(async () => (await progress()).state, { timeout: 60_000 }).toBe('parked');
    expect(minutes()).toBe(PATIENCE.awaitSecureApi.installs / MINUTE);
    expect(shown.slice(0, -1).map(({ state, phase, blockers }) => [state, phase, blockers.length])).toEqual(
      Array.from({ length: 29 }, () => ['running', 'host', 0]),
    );
    const [blocker] = (await progress()).blockers;
    expect(blocker).toMatchObject({ code: 'talos-api-unreachable', component: 'talos' });
    expect(blocker?.reason).toContain('accepted its configuration 30 minutes ago');
    answers = true;
    expect(await handle.result()).toMatchObject({ state: 'complete', blockers: [] });
  });
}, 120_000);

import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { changedSpec } from '../../model/input-change.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { InputChange, InstallSpec } from '../../model/site.ts';
import {
  INSTALL_WORKFLOW,
  QUERY_PROGRESS,
  SIGNAL_OBSERVED,
  UPDATE_PAUSE,
  UPDATE_RESUME,
  UPDATE_RETRY,
  UPDATE_SET_INPUT,
  installWorkflowId,
} from '../../model/workflow-contract.ts';
import { testBlocker } from '../support/blockers.ts';
import { aCommand, testOrder, testUpdate } from '../support/orders.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import { testSpec } from '../support/spec.ts';
import { localEnvironment, testWorker } from '../support/workflow-environment.ts';

/** What was acknowledged is applied: changes, pauses and retries beside re-runs, ends and continued runs. */
let plain: TestWorkflowEnvironment;
/** A server that calls a history long after 40 events. */
let short: TestWorkflowEnvironment;
let environment: TestWorkflowEnvironment;
let sites = 0;
let taskQueue: string;
let spec: InstallSpec;

beforeAll(async () => {
  plain = await localEnvironment();
  short = await localEnvironment({ 'limit.historyCount.suggestContinueAsNew': 40 });
});
beforeEach(() => {
  taskQueue = randomUUID();
  environment = plain;
});
afterAll(async () => {
  await plain.teardown();
  await short.teardown();
});

async function start(changes: Parameters<typeof testSpec>[0] = {}): Promise<WorkflowHandle> {
  sites += 1;
  spec = testSpec({ siteId: `kept-${sites}`, ...changes });
  return environment.client.workflow.start(INSTALL_WORKFLOW, {
    workflowId: installWorkflowId(spec.siteId),
    taskQueue,
    args: [{ order: testOrder(spec) }],
  });
}

async function withWorker<T>({ activities }: { activities: Activities }, work: () => Promise<T>): Promise<T> {
  const worker = await testWorker(environment, activities, taskQueue);
  return worker.runUntil(work);
}

const latest = (handle: WorkflowHandle): WorkflowHandle => environment.client.workflow.getHandle(handle.workflowId);
const progressOf = (handle: WorkflowHandle): Promise<InstallProgress> => latest(handle).query(QUERY_PROGRESS);
const runOf = async (handle: WorkflowHandle): Promise<string> => (await latest(handle).describe()).runId;

/** Changes the newest inputs, as a person's `set` does. */
async function set(handle: WorkflowHandle, change: InputChange, commandId?: string): Promise<InstallProgress> {
  const update = { ...testUpdate(spec, change, `digest-${randomUUID()}`), ...(commandId && { commandId }) };
  spec = changedSpec(spec, change);
  return latest(handle).executeUpdate<InstallProgress, [typeof update]>(UPDATE_SET_INPUT, { args: [update] });
}

const BLOCKED = { blocked: [testBlocker('talos-api-unreachable')] };
const digestNow = (): string => testOrder(spec).inputs.digest;

/** The inputs that each step last ran with, by their digest. */
function lastInputs(calls: ReturnType<typeof scriptedActivities>['calls']): Record<string, string> {
  return Object.fromEntries(calls.map(({ step, input }) => [step, 'inputs' in input ? input.inputs.digest : '']));
}

describe('a changed input', () => {
  test('made while a step that re-runs for another is parked, is applied too', async () => {
    const scripted = scriptedActivities({
      setNodeResolvers: [{}, BLOCKED, 'hang', {}],
      awaitCore: [{ blocked: [testBlocker('dns-resolution-failure')] }, 'hang', {}],
    });
    await withWorker(scripted, async () => {
      const handle = await start({ dnsServers: ['192.0.2.1'] });
      await scripted.called('awaitCore', 2);
      await set(handle, { dnsServers: ['192.0.2.53'] });
      await scripted.called('setNodeResolvers', 3);
      await set(handle, { branch: 'release/fixed' });
      expect(await handle.result()).toMatchObject({ state: 'complete' });
    });
    expect(lastInputs(scripted.calls)).toMatchObject({ setNodeResolvers: digestNow(), connectSource: digestNow() });
    expect(scripted.calls.filter(({ step }) => step === 'setClusterDns').at(-1)?.input).toMatchObject({
      inputs: { digest: digestNow() },
    });
  });

  test('of the software, made in the background phase, has everything up to the login looked at again', async () => {
    const scripted = scriptedActivities({ awaitBackground: ['hang', {}] });
    await withWorker(scripted, async () => {
      const handle = await start();
      await scripted.called('awaitBackground');
      const before = scripted.calls.length;
      const answer = await set(handle, { imageTags: { algaCore: 'other' } });
      expect(answer.state).toBe('ready');
      expect(await handle.result()).toMatchObject({ state: 'complete' });
      expect(scripted.calls.slice(before).map(({ step }) => step)).toEqual([
        'selectRelease',
        'connectSource',
        'awaitCore',
        'awaitBootstrap',
        'awaitLogin',
        'awaitBackground',
        'finishInstall',
      ]);
    });
  });

  test('that arrives while the last step ends is applied before the install is complete', async () => {
    const scripted = scriptedActivities({});
    let end: () => void = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const activities: Activities = {
      ...scripted.activities,
      // It does not look at its signal between its writes, like the real one.
      finishInstall: async (input) => {
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), 100);
        await ended;
        clearInterval(beat);
        return scripted.activities.finishInstall(input);
      },
    };
    await withWorker({ activities }, async () => {
      const handle = await start();
      await expect.poll(async () => (await progressOf(handle)).phase).toBe('finish');
      const change = set(handle, { imageTags: { algaCore: 'other' } });
      await expect.poll(async () => (await progressOf(handle)).specDigest).not.toBe('digest-1');
      end();
      await change;
      expect(await handle.result()).toMatchObject({ state: 'complete' });
    });
    const inputs = lastInputs(scripted.calls);
    for (const step of ['selectRelease', 'awaitCore', 'awaitLogin', 'finishInstall'])
      expect(inputs[step]).toBe(digestNow());
  });

  test('sent twice under one id is applied once', async () => {
    const scripted = scriptedActivities({ awaitNode: ['hang', 'hang', {}] });
    await withWorker(scripted, async () => {
      const handle = await start();
      await scripted.called('awaitNode');
      const before = spec;
      await set(handle, { ntpServers: ['192.0.2.7'] }, 'command-1');
      await scripted.called('awaitNode', 2);
      spec = before;
      expect(await set(handle, { ntpServers: ['192.0.2.7'] }, 'command-1')).toMatchObject({ state: 'running' });
      expect(scripted.calls.filter(({ step }) => step === 'awaitNode')).toHaveLength(2);
      await handle.cancel();
    });
  });
});

describe('a run that is continued as a new one', () => {
  beforeEach(() => {
    environment = short;
  });

  test('applies a change whose re-run was parked over it, and walks nothing again that is done', async () => {
    const causes = Array.from({ length: 16 }, (_, turn) => ({
      blocked: [testBlocker(turn % 2 === 0 ? 'talos-api-unreachable' : 'clock-skew')],
    }));
    const scripted = scriptedActivities({
      checkEverything: [{ facts: { alreadyInstalled: false } }, { facts: { alreadyInstalled: true } }],
      setNodeResolvers: [{}, ...causes, {}],
      awaitCore: [{ blocked: [testBlocker('dns-resolution-failure')] }, 'hang', {}],
    });
    await withWorker(scripted, async () => {
      const handle = await start({ dnsServers: ['192.0.2.1'] });
      await scripted.called('awaitCore', 2);
      const first = await runOf(handle);
      await set(handle, { dnsServers: ['192.0.2.53'] });
      const end: InstallProgress = await latest(handle).result();
      expect(end).toMatchObject({ state: 'complete', facts: { alreadyInstalled: false } });
      expect(await runOf(handle)).not.toBe(first);
    });
    const counts = (name: string): number => scripted.calls.filter(({ step }) => step === name).length;
    expect([counts('checkEverything'), counts('configureNode'), counts('bootstrapEtcd')]).toEqual([1, 1, 1]);
    expect(lastInputs(scripted.calls)).toMatchObject({ setNodeResolvers: digestNow(), setClusterDns: digestNow() });
  });

  test('stays paused, is found in the memo before any worker runs, and knows the commands that were applied', async () => {
    const scripted = scriptedActivities({ awaitCore: [{ blocked: [testBlocker('image-rate-limited')] }, 'hang'] });
    const handle = await start();
    const pauseAgain = () =>
      latest(handle).executeUpdate<InstallProgress, [object]>(UPDATE_PAUSE, { args: [{ commandId: 'pause-1' }] });
    await withWorker(scripted, async () => {
      await scripted.called('awaitCore', 2);
      const first = await runOf(handle);
      expect(await pauseAgain()).toMatchObject({ phase: 'core' });
      // Updates that change nothing make the history long.
      for (let turn = 0; (await runOf(handle)) === first; turn += 1) {
        if (turn > 100) throw new Error('the run was not continued');
        await latest(handle).executeUpdate(UPDATE_PAUSE, { args: [{ commandId: `more-${turn}` }] });
      }
      await expect.poll(async () => (await progressOf(handle)).state).toBe('paused');
      const calls = scripted.calls.length;
      await latest(handle).executeUpdate(UPDATE_RESUME, { args: [{ commandId: 'resume-1' }] });
      await scripted.called('awaitCore', 3);
      await pauseAgain();
      expect((await progressOf(handle)).state).toBe('running');
      expect(scripted.calls.length).toBe(calls + 1);
    });
    const { memo } = await latest(handle).describe();
    expect(memo).toMatchObject({
      inputs: digestNow(),
      specDigest: 'digest-1',
      progress: { phase: 'core', state: 'running' },
    });
    await latest(handle).terminate();
  });

  test('goes on looking at what it was parked on, which keeps its time', async () => {
    const since = '2026-05-01T12:00:00.000Z';
    const later = '2026-05-01T13:00:00.000Z';
    const [one, other] = [testBlocker('image-rate-limited', { since }), testBlocker('disk-pressure', { since: later })];
    const turns = Array.from({ length: 5 }, () => [
      { blocked: [{ ...one, since: later }] },
      { blocked: [{ ...one, since: later }, other] },
    ]).flat();
    const scripted = scriptedActivities({ awaitCore: [{ blocked: [one] }, ...turns, 'hang'] });
    await withWorker(scripted, async () => {
      const handle = await start();
      const first = await runOf(handle);
      const last = await scripted.called('awaitCore', turns.length + 2);
      expect(last.looking?.known).toEqual(['image-rate-limited/node', 'disk-pressure/node']);
      expect(await runOf(handle)).not.toBe(first);
      expect((await progressOf(handle)).blockers.map((blocker) => [blocker.code, blocker.since])).toEqual([
        ['image-rate-limited', since],
        ['disk-pressure', later],
      ]);
      await latest(handle).terminate();
    });
  });
});

describe('what comes late', () => {
  test('a signal of an attempt that has ended is not heard', async () => {
    const scripted = scriptedActivities({ awaitCore: [{ blocked: [testBlocker('image-rate-limited')] }, 'hang'] });
    await withWorker(scripted, async () => {
      const handle = await start();
      const { attempt = 0 } = await scripted.called('awaitCore', 2);
      await handle.signal(SIGNAL_OBSERVED, { unblocked: true });
      await handle.signal(SIGNAL_OBSERVED, { attempt: attempt - 1, unblocked: true });
      expect(await progressOf(handle)).toMatchObject({ state: 'parked', blockers: [{ code: 'image-rate-limited' }] });
      await handle.signal(SIGNAL_OBSERVED, { attempt, unblocked: true });
      expect(await progressOf(handle)).toMatchObject({ state: 'running', blockers: [] });
      await handle.terminate();
    });
  });

  test('the next word of a source takes the place of its warnings', async () => {
    const scripted = scriptedActivities({ awaitCore: ['hang', {}] });
    await withWorker(scripted, async () => {
      const handle = await start();
      const { attempt } = await scripted.called('awaitCore');
      const warning = testBlocker('image-pull-interrupted', { component: 'email-service', severity: 'warning' });
      await handle.signal(SIGNAL_OBSERVED, { attempt, warnings: [warning] });
      expect((await progressOf(handle)).warnings.map(({ code }) => code)).toEqual(['image-pull-interrupted']);
      await handle.signal(SIGNAL_OBSERVED, { attempt, warnings: [] });
      expect((await progressOf(handle)).warnings).toEqual([]);
      await handle.terminate();
    });
  });

  test('a worker that died beside a retry makes no unknown failure: the step is tried again', async () => {
    const scripted = scriptedActivities({
      awaitCore: [{ blocked: [testBlocker('image-rate-limited')] }, 'hang', 'hang'],
    });
    let dead = false;
    let bury: () => void = () => {};
    const buried = new Promise<void>((resolve) => (bury = resolve));
    const activities: Activities = {
      ...scripted.activities,
      // Killed: no heartbeat any more, and no end.
      awaitCore: async (input) => {
        if (!input.looking || dead) return scripted.activities.awaitCore(input);
        dead = true;
        await scripted.activities.awaitCore(input).catch(() => {});
        await buried;
        throw new Error('it was killed');
      },
    };
    const parkedTwice = scripted.called('awaitCore', 2);
    await withWorker({ activities }, async () => {
      const handle = await start();
      await parkedTwice;
      await handle.executeUpdate(UPDATE_RETRY, aCommand());
      const again = await scripted.called('awaitCore', 3);
      expect(again.looking).toBeUndefined();
      expect(await progressOf(handle)).toMatchObject({ state: 'running', blockers: [] });
      await handle.terminate();
      bury();
    });
  });
});

test('an API server that dies in the background phase parks the install: it is no trouble of the background', async () => {
  const scripted = scriptedActivities({
    awaitBackground: [
      { blocked: [testBlocker('kubernetes-unreachable', { tier: 'platform', component: 'kubernetes' })] },
      'hang',
      {},
    ],
  });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitBackground', 2);
    expect(await progressOf(handle)).toMatchObject({ state: 'parked', blockers: [{ code: 'kubernetes-unreachable' }] });
    await handle.executeUpdate(UPDATE_RETRY, aCommand());
    expect(await handle.result()).toMatchObject({ state: 'complete', blockers: [] });
  });
});

import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { installProgress } from '../../model/progress.ts';
import type { InstallProgress } from '../../model/progress.ts';
import { changedSpec } from '../../model/input-change.ts';
import type { InstallSpec } from '../../model/site.ts';
import { PHASES } from '../../model/phases.ts';
import {
  INSTALL_WORKFLOW,
  QUERY_PROGRESS,
  UPDATE_PAUSE,
  UPDATE_RESUME,
  UPDATE_RETRY,
  UPDATE_SET_INPUT,
  installWorkflowId,
} from '../../model/workflow-contract.ts';
import type { InstallInput } from '../../model/workflow-contract.ts';
import { aCommand, testOrder, testUpdate } from '../support/orders.ts';
import { testBlocker } from '../support/blockers.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import type { ScriptedActivities } from '../support/scripted-activities.ts';
import { testSpec } from '../support/spec.ts';
import { localEnvironment, testWorker } from '../support/workflow-environment.ts';

let environment: TestWorkflowEnvironment;
let sites = 0;
/** A queue for each test: what one leaves open when it ends is not the next one's work. */
let taskQueue: string;

beforeAll(async () => {
  environment = await localEnvironment();
});
beforeEach(() => {
  taskQueue = randomUUID();
});
afterAll(() => environment.teardown());

/** What the newest install was begun with. */
let spec: InstallSpec;

async function start(changes: Parameters<typeof testSpec>[0] = {}): Promise<WorkflowHandle> {
  sites += 1;
  spec = testSpec({ siteId: `site-${sites}`, ...changes });
  return begin({ order: testOrder(spec) });
}

/** As clients up to 0.1.0 began it. */
async function startBySpec(): Promise<WorkflowHandle> {
  sites += 1;
  spec = testSpec({ siteId: `site-${sites}` });
  return begin({ spec, specDigest: 'digest-1' });
}

const begin = (input: InstallInput): Promise<WorkflowHandle> =>
  environment.client.workflow.start(INSTALL_WORKFLOW, {
    workflowId: installWorkflowId(spec.siteId),
    taskQueue,
    args: [input],
  });

async function withWorker<T>(scripted: ScriptedActivities, work: () => Promise<T>): Promise<T> {
  const worker = await testWorker(environment, scripted.activities, taskQueue);
  return worker.runUntil(work);
}

const progressOf = (handle: WorkflowHandle): Promise<InstallProgress> => handle.query(QUERY_PROGRESS);

/** The progress as the server alone gives it, without a worker. */
async function memoOf(handle: WorkflowHandle): Promise<InstallProgress> {
  const { memo } = await handle.describe();
  return installProgress.parse(memo?.['progress']);
}

test('walks every phase in order and ends complete', async () => {
  const scripted = scriptedActivities({ awaitNode: [{ facts: { nodeName: 'appliance' }, detail: 'node Ready' }] });
  await withWorker(scripted, async () => {
    const handle = await start({ dnsServers: ['192.0.2.53'], prepullImages: true });
    const end: InstallProgress = await handle.result();
    expect(end.state).toBe('complete');
    expect(end.phases.map((phase) => [phase.id, phase.state])).toEqual(PHASES.map((phase) => [phase.id, 'done']));
    expect(end.facts.nodeName).toBe('appliance');
    expect(scripted.calls.map((call) => call.step)).toMatchInlineSnapshot(`
      [
        "checkEverything",
        "reachNode",
        "configureNode",
        "setNodeResolvers",
        "awaitSecureApi",
        "bootstrapEtcd",
        "fetchKubeconfig",
        "awaitNode",
        "wipeApplicationData",
        "provisionStorage",
        "installFlux",
        "setClusterDns",
        "createNamespaces",
        "createSecrets",
        "selectRelease",
        "prepullImages",
        "connectSource",
        "awaitStatusPage",
        "awaitCore",
        "awaitBootstrap",
        "awaitLogin",
        "awaitBackground",
        "finishInstall",
      ]
    `);
    expect(await memoOf(handle)).toEqual(end);
  });
});

test('leaves out what the spec does not ask for', async () => {
  const scripted = scriptedActivities({});
  await withWorker(scripted, async () => {
    await (await start({ mode: 'recover' })).result();
  });
  const steps = scripted.calls.map((call) => call.step);
  expect(steps).not.toContain('wipeApplicationData');
  expect(steps).not.toContain('prepullImages');
  expect(steps).not.toContain('setClusterDns');
});

test('parks on a blocker, shows it without a worker, and goes on by itself when the look finds it gone', async () => {
  const scripted = scriptedActivities({
    awaitCore: [
      { blocked: [testBlocker('image-tag-missing', { component: 'db', nextAction: 'Choose another release.' })] },
      'hang',
    ],
  });
  const handle = await start();
  await withWorker(scripted, async () => {
    expect((await scripted.called('awaitCore', 2)).looking?.known).toEqual(['image-tag-missing/db']);
  });
  const parked = await memoOf(handle);
  expect(parked.state).toBe('parked');
  expect(parked.phase).toBe('core');
  expect(parked.nextAction).toBe('Choose another release.');
  expect(parked.phases.find((phase) => phase.id === 'core')?.state).toBe('blocked');

  await withWorker(scriptedActivities({}), async () => {
    const end: InstallProgress = await handle.result();
    expect(end.state).toBe('complete');
    expect(end.blockers).toEqual([]);
  });
});

test('keeps since of a blocker that is still there, and takes the new one when the cause changes', async () => {
  const old = testBlocker('image-pull-interrupted', { since: '2026-05-01T12:00:00.000Z' });
  const scripted = scriptedActivities({
    awaitCore: [
      { blocked: [old] },
      {
        blocked: [
          { ...old, since: '2026-05-01T13:00:00.000Z' },
          testBlocker('disk-pressure', { since: '2026-05-01T13:00:00.000Z' }),
        ],
      },
      'hang',
    ],
  });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitCore', 3);
    expect((await progressOf(handle)).blockers.map(({ code, since }) => [code, since])).toEqual([
      ['image-pull-interrupted', '2026-05-01T12:00:00.000Z'],
      ['disk-pressure', '2026-05-01T13:00:00.000Z'],
    ]);
    await handle.cancel();
  });
});

test('retry of a paused install is refused, and says what has it look', async () => {
  const scripted = scriptedActivities({ awaitNode: [{ blocked: [testBlocker('node-not-ready')] }, 'hang', 'hang'] });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitNode', 2);
    await handle.executeUpdate(UPDATE_PAUSE, aCommand());
    const refused: unknown = await handle.executeUpdate(UPDATE_RETRY, aCommand()).catch((error: unknown) => error);
    expect(refused).toMatchObject({ cause: { message: expect.stringContaining('resume it to re-check it') } });
    await handle.cancel();
  });
});

test('retry looks at once; it is refused where nothing is blocked', async () => {
  const scripted = scriptedActivities({
    awaitNode: [{ blocked: [testBlocker('node-not-ready')] }, 'hang', {}],
    awaitCore: ['hang'],
  });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitNode', 2);
    await handle.executeUpdate(UPDATE_RETRY, aCommand());
    const again = await scripted.called('awaitNode', 3);
    expect(again.looking).toBeUndefined();
    await scripted.called('awaitCore');
    await expect(handle.executeUpdate(UPDATE_RETRY, aCommand())).rejects.toThrow(WorkflowUpdateFailedError);
    expect((await progressOf(handle)).state).toBe('running');
    await handle.cancel();
  });
});

test('retry answers once the new look has begun; a blocker that it finds again keeps its time', async () => {
  const since = '2026-05-01T12:00:00.000Z';
  const scripted = scriptedActivities({
    awaitNode: [
      { blocked: [testBlocker('node-not-ready', { since })] },
      'hang',
      'hang',
      { blocked: [testBlocker('node-not-ready', { since: '2026-05-01T13:00:00.000Z' })] },
      'hang',
    ],
  });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitNode', 2);
    const answer: InstallProgress = await handle.executeUpdate(UPDATE_RETRY, aCommand());
    expect(answer).toMatchObject({ state: 'running', blockers: [], nextAction: null });
    expect(await memoOf(handle)).toMatchObject({ state: 'running', blockers: [] });
    await scripted.called('awaitNode', 3);
    await handle.executeUpdate(UPDATE_SET_INPUT, {
      args: [testUpdate(spec, { skipImageTagValidation: true })],
    });
    await scripted.called('awaitNode', 5);
    expect((await progressOf(handle)).blockers.map((blocker) => blocker.since)).toEqual([since]);
    await handle.cancel();
  });
});

test('the database setup is told of a retry and of a changed input once each, and of nothing else', async () => {
  const blocked = { blocked: [testBlocker('bootstrap-job-failed')] };
  const scripted = scriptedActivities({
    awaitCore: [{ blocked: [testBlocker('node-not-ready')] }, 'hang', {}],
    awaitBootstrap: [blocked, 'hang', blocked, 'hang', blocked, 'hang', 'hang', {}],
  });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitCore', 2);
    await handle.executeUpdate(UPDATE_RETRY, aCommand());
    await scripted.called('awaitBootstrap', 2);
    await handle.executeUpdate(UPDATE_RETRY, aCommand());
    await scripted.called('awaitBootstrap', 4);
    await handle.executeUpdate(UPDATE_SET_INPUT, {
      args: [testUpdate(spec, { dnsServers: ['192.0.2.53'] })],
    });
    await scripted.called('awaitBootstrap', 6);
    await handle.executeUpdate(UPDATE_PAUSE, aCommand());
    await handle.executeUpdate(UPDATE_RESUME, aCommand());
    await scripted.called('awaitBootstrap', 7);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  });
  const told = scripted.calls.filter(({ step }) => step === 'awaitBootstrap').map(({ input }) => input);
  expect(told.map(({ looking, retriedAt }) => [looking !== undefined, retriedAt !== undefined])).toEqual([
    [false, false],
    [true, false],
    [false, true],
    [true, false],
    [false, true],
    [true, false],
    [false, false],
  ]);
  expect(told[2]?.retriedAt).not.toBe(told[4]?.retriedAt);
  const others = scripted.calls.filter(({ step }) => step !== 'awaitBootstrap');
  expect(others.some(({ input }) => input.retriedAt !== undefined)).toBe(false);
});

test('a changed input is recorded, runs the steps that depend on it again, and then the blocked one', async () => {
  const scripted = scriptedActivities({
    awaitNode: [{ blocked: [testBlocker('dns-resolution-failure')] }, 'hang', {}],
  });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitNode', 2);
    await handle.executeUpdate(UPDATE_SET_INPUT, {
      args: [testUpdate(spec, { dnsServers: ['192.0.2.53'] })],
    });
    const end: InstallProgress = await handle.result();
    expect(end.specDigest).toBe('digest-2');
    const steps = scripted.calls.map((call) => call.step);
    const secondLook = steps.lastIndexOf('awaitNode');
    expect(steps[secondLook - 1]).toBe('setNodeResolvers');
    const changed = testOrder(changedSpec(spec, { dnsServers: ['192.0.2.53'] }));
    expect(scripted.calls[secondLook]?.input).toMatchObject({ inputs: changed.inputs });
    expect((await handle.describe()).memo).toMatchObject({ inputs: changed.inputs.digest, specDigest: 'digest-2' });
    expect(steps).toContain('setClusterDns');
  });
});

test.each([
  ['nothing', {}, /no input to change/],
  ['an address that is none', { dnsServers: ['resolver'] }, /dnsServers.*IP address/],
  ['a key that does not exist', { dns: ['192.0.2.53'] }, /Unrecognized key/],
  ['latest as a tag', { imageTags: { algaCore: 'latest' } }, /imageTags\.algaCore/],
])('an install whose spec is in its history refuses a changed input: %s', async (_, change, message) => {
  const scripted = scriptedActivities({ awaitNode: ['hang'] });
  await withWorker(scripted, async () => {
    const handle = await startBySpec();
    await scripted.called('awaitNode');
    await expect(handle.executeUpdate(UPDATE_SET_INPUT, { args: [{ change, specDigest: 'x' }] })).rejects.toMatchObject(
      {
        cause: { message: expect.stringMatching(message) },
      },
    );
    expect((await progressOf(handle)).specDigest).toBe('digest-1');
    await handle.cancel();
  });
});

test('an install whose spec is in its history goes by it, and takes a changed input into it', async () => {
  const scripted = scriptedActivities({
    awaitNode: [{ blocked: [testBlocker('dns-resolution-failure')] }, 'hang', {}],
  });
  await withWorker(scripted, async () => {
    const handle = await startBySpec();
    await scripted.called('awaitNode', 2);
    const change = { dnsServers: ['192.0.2.53'] };
    await handle.executeUpdate(UPDATE_SET_INPUT, { args: [{ change, specDigest: 'digest-2' }] });
    expect(await handle.result()).toMatchObject({ state: 'complete', specDigest: 'digest-2' });
    expect(scripted.calls[0]?.input).toMatchObject({ spec });
    expect(scripted.calls.at(-1)?.input).toMatchObject({ spec: changedSpec(spec, change) });
    expect((await handle.describe()).memo).not.toHaveProperty('inputs');
  });
});

test.each<[string, (good: ReturnType<typeof testUpdate>) => unknown, RegExp]>([
  [
    'made of others than the present ones',
    (good) => ({ ...good, from: 'f'.repeat(64) }),
    /another client changed the inputs/,
  ],
  ['for nothing', (good) => ({ ...good, changed: [] }), /no input to change/],
  [
    'that this version cannot change',
    (good) => ({ ...good, changed: ['ntpServers', 'proxy'] }),
    /cannot change the input proxy.*worker --stop/,
  ],
  [
    'named by more than a name',
    (good) => ({ ...good, changed: ['x'.repeat(5_000)] }),
    /changed.0: is not the name of an input$/,
  ],
  ['that a digest does not name', (good) => ({ ...good, from: 'digest' }), /SHA-256/],
  [
    'of another site',
    (good) => ({ ...good, order: testOrder(testSpec({ ...spec, siteId: 'other' })) }),
    /belong to another machine/,
  ],
  [
    'of another node',
    (good) => ({ ...good, order: testOrder(testSpec({ ...spec, nodeIp: '192.0.2.99' })) }),
    /belong to another machine/,
  ],
  ['as an older client sends them', () => ({ change: { ntpServers: ['ntp.example.org'] }, specDigest: 'x' }), /older/],
])('refuses inputs %s', async (_, made, message) => {
  const scripted = scriptedActivities({ awaitNode: ['hang'] });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitNode');
    const update = made(testUpdate(spec, { ntpServers: ['ntp.example.org'] }));
    await expect(handle.executeUpdate(UPDATE_SET_INPUT, { args: [update] })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(message) },
    });
    expect((await progressOf(handle)).specDigest).toBe('digest-1');
    await handle.cancel();
  });
});

test('pause ends the wait, resume takes it up again', async () => {
  const scripted = scriptedActivities({ awaitCore: ['hang', {}] });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('awaitCore');
    await handle.executeUpdate(UPDATE_PAUSE, aCommand());
    await expect.poll(async () => (await progressOf(handle)).state).toBe('paused');
    expect(scripted.calls.filter((call) => call.step === 'awaitCore')).toHaveLength(1);
    await handle.executeUpdate(UPDATE_RESUME, aCommand());
    expect(installProgress.parse(await handle.result()).state).toBe('complete');
  });
});

test('cancel ends the running step and says where it stopped', async () => {
  const scripted = scriptedActivities({ bootstrapEtcd: ['hang'] });
  await withWorker(scripted, async () => {
    const handle = await start();
    await scripted.called('bootstrapEtcd');
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    const end = await memoOf(handle);
    expect(end.state).toBe('cancelled');
    expect(end.phases.find((phase) => phase.id === 'host')?.state).toBe('cancelled');
  });
});

test('background services that fail leave the login ready and are told as warnings', async () => {
  const scripted = scriptedActivities({
    awaitBackground: [
      {
        blocked: [
          testBlocker('image-tag-missing', { component: 'workflow-worker', tier: 'background', loginBlocking: false }),
        ],
      },
    ],
  });
  await withWorker(scripted, async () => {
    const end: InstallProgress = await (await start()).result();
    expect(end.state).toBe('complete');
    expect(end.blockers).toEqual([]);
    expect(end.warnings.map((warning) => [warning.code, warning.component, warning.severity])).toEqual([
      ['image-tag-missing', 'workflow-worker', 'warning'],
    ]);
    expect(end.phases.find((phase) => phase.id === 'background')?.state).toBe('degraded');
  });
});

test('a worker that is killed between activities is taken over by another; nothing that was done is done again', async () => {
  const first = scriptedActivities({ awaitCore: ['hang'] });
  const handle = await start();
  await withWorker(first, async () => {
    await first.called('awaitCore');
  });
  const second = scriptedActivities({});
  await withWorker(second, async () => {
    expect(installProgress.parse(await handle.result()).state).toBe('complete');
  });
  expect(second.calls[0]?.step).toBe('awaitCore');
});

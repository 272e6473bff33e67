import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createInstallClient } from '../../client/install/install-client.ts';
import type { InstallClient } from '../../client/install/install-client.ts';
import type { StartOutcome } from '../../client/install/ordering.ts';
import type { InstallView } from '../../client/install/view.ts';
import { openSite, recordOrder, recordSite } from '../../client/site/site.ts';
import { specDigest } from '../../site-folder/inputs.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { installIn, underSiteLock } from '../../site-folder/record.ts';
import { changedSpec } from '../../model/input-change.ts';
import { orderOf } from '../../model/order.ts';
import type { HeartbeatDetail } from '../../model/progress.ts';
import type { InstallSpec } from '../../model/site.ts';
import { testBlocker } from '../support/blockers.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import type { ScriptedActivities } from '../support/scripted-activities.ts';
import { testSpec } from '../support/spec.ts';
import { localEnvironment, testWorker } from '../support/workflow-environment.ts';

let environment: TestWorkflowEnvironment;
let sites = 0;
/** A queue for each test: what one leaves open when it ends is not the next one's work. */
let taskQueue: string;
let home: string;

beforeAll(async () => {
  environment = await localEnvironment();
});
beforeEach(() => {
  taskQueue = randomUUID();
});
afterAll(() => environment.teardown());
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'appliance-home-'));
});
afterAll(() => rm(home, { recursive: true }));

const newSpec = (changes: Partial<InstallSpec> = {}): InstallSpec => {
  sites += 1;
  return testSpec({ siteId: `site-${sites}`, ...changes });
};

/** The client under test, on a real server. */
function client(signal = new AbortController().signal): InstallClient {
  return createInstallClient(
    {
      client: environment.client,
      address: environment.address,
      namespace: 'default',
      taskQueue,
      local: true,
      serverStartedNow: false,
      connection: { address: environment.address },
      close: async () => {},
    },
    home,
    signal,
  );
}

/** Orders as `start` does, which records the order first. */
const begin = (spec: InstallSpec, order: Partial<{ fails: string }> = {}): Promise<StartOutcome> =>
  client().start(spec, async (ids) => {
    const site = await openSite(home, spec.siteId);
    await recordOrder(site, spec, new Date(), ids);
    if (order.fails !== undefined) throw new Error(order.fails);
  });

const workflowOf = async ({ siteId }: InstallSpec): Promise<string> =>
  installIn((await openSite(home, siteId)).record) ?? 'none';

async function withWorker<T>(scripted: ScriptedActivities, work: () => Promise<T>): Promise<T> {
  return (await testWorker(environment, scripted.activities, taskQueue)).runUntil(work);
}

async function until(siteId: string, isSo: (view: InstallView) => boolean): Promise<InstallView> {
  for (;;) {
    const view = await client().view(siteId);
    if (view && isSo(view)) return view;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const blocked = () => scriptedActivities({ checkEverything: [{ blocked: [testBlocker('image-tag-missing')] }] });

test('an install is begun, read without a worker, and joined by the same spec', async () => {
  const spec = newSpec();
  expect(await client().view(spec.siteId)).toBeNull();
  expect(await begin(spec)).toEqual({ kind: 'started' });
  // How it was ordered is no other install.
  const again = { ...spec, wipeConfirmed: false, checkout: { revision: 'a', uncommittedFiles: 1, unpushedCommits: 2 } };
  expect(await begin(again)).toEqual({ kind: 'joined' });
  const view = await client().view(spec.siteId);
  expect(view).toMatchObject({ run: 'RUNNING', progress: null });
});

test.each(['deleted', 'changed'])('inputs that were %s by hand are put back by the same order', async (how) => {
  const spec = newSpec();
  await begin(spec);
  const folder = join(home, spec.siteId, 'inputs');
  const [name = ''] = await readdir(folder);
  const before = await readFile(join(folder, name), 'utf8');
  if (how === 'deleted') await rm(join(folder, name));
  else await writeFile(join(folder, name), before.replace('192.0.2.', '192.0.3.'));
  expect(await client().runningSpec(spec.siteId)).toBeNull();
  // Other bytes, though the same install: nobody can make the lost ones of them.
  const other = { ...spec, checkout: { revision: 'a', uncommittedFiles: 1, unpushedCommits: 2 } };
  expect(await begin(other)).toEqual({ kind: 'joined' });
  expect(await client().runningSpec(spec.siteId)).toBeNull();

  expect(await begin({ ...spec, wipeConfirmed: !spec.wipeConfirmed })).toEqual({ kind: 'joined' });
  expect(await readFile(join(folder, name), 'utf8')).toBe(before);
  expect(await readdir(folder)).toEqual([name]);
  expect(await client().runningSpec(spec.siteId)).toEqual(spec);
});

test('another spec is refused, with the one that runs', async () => {
  const spec = newSpec();
  await begin(spec);
  const outcome = await begin({ ...spec, nodeIp: '192.0.2.77' });
  expect(outcome).toEqual({ kind: 'refused', running: spec });
});

test('two starts at once are one install', async () => {
  const spec = newSpec();
  const outcomes = await Promise.all([begin(spec), begin(spec), begin(spec)]);
  expect(outcomes.map(({ kind }) => kind)).not.toContain('refused');
});

test('two starts at once with different specs: one is refused', async () => {
  const spec = newSpec();
  const outcomes = await Promise.all([begin(spec), begin({ ...spec, nodeIp: '192.0.2.77' })]);
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'started']);
});

test('the progress in the memo is read after the worker is gone', async () => {
  const spec = newSpec();
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
  });
  const began = Date.now();
  const view = await client().view(spec.siteId);
  expect(Date.now() - began).toBeLessThan(2_000);
  expect(view?.progress).toMatchObject({ state: 'parked', phase: 'preflight' });
  expect(view?.progress?.blockers[0]?.code).toBe('image-tag-missing');
});

test('what a step waits for is read from its heartbeat', async () => {
  const spec = newSpec();
  const scripted = scriptedActivities({});
  const detail: HeartbeatDetail = {
    wait: {
      what: 'the maintenance API',
      saw: 'connection refused',
      since: '2026-05-01T12:00:00Z',
      seenAt: '2026-05-01T12:00:05Z',
    },
    activeOperations: [],
  };
  const activities = {
    ...scripted.activities,
    checkEverything: async () => {
      Context.current().heartbeat(detail);
      const beat = setInterval(() => Context.current().heartbeat(detail), 100);
      return Context.current().cancelled.finally(() => clearInterval(beat));
    },
  };
  const worker = await testWorker(environment, activities, taskQueue);
  await worker.runUntil(async () => {
    await begin(spec);
    const view = await until(spec.siteId, ({ progress }) => (progress?.waits.length ?? 0) > 0);
    expect(view.progress?.waits).toEqual([detail.wait]);
    await client().cancel(spec.siteId);
    await until(spec.siteId, ({ run }) => run === 'CANCELLED');
  });
});

test('retry, pause, resume and changed inputs reach the workflow', async () => {
  const spec = newSpec();
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
    await client().retry(spec.siteId);
    const change = { dnsServers: ['9.9.9.9'] };
    expect(await client().setInput(spec.siteId, change)).toEqual(changedSpec(spec, change));
    await until(spec.siteId, ({ progress }) => progress?.specDigest === specDigest(changedSpec(spec, change)));
    expect(await client().runningSpec(spec.siteId)).toEqual(changedSpec(spec, change));
    expect(await begin(changedSpec(spec, change))).toEqual({ kind: 'joined' });
    expect(await begin(spec)).toMatchObject({ kind: 'refused' });
    await client().pause(spec.siteId);
    await until(spec.siteId, ({ progress }) => progress?.state === 'paused');
    await client().resume(spec.siteId);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
  });
});

test('changes that two people make at once are both made', async () => {
  const spec = newSpec();
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
    const resolvers = { dnsServers: ['9.9.9.9'] };
    const clocks = { ntpServers: ['ntp.example.org'] };
    await Promise.all([client().setInput(spec.siteId, resolvers), client().setInput(spec.siteId, clocks)]);
    expect(await client().runningSpec(spec.siteId)).toEqual({ ...spec, ...resolvers, ...clocks });
  });
});

test('a change to inputs that no install could have is refused before anything is sent', async () => {
  const spec = newSpec();
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
    await expect(client().setInput(spec.siteId, { collaboration: true })).rejects.toMatchObject({
      exit: 2,
      message: expect.stringContaining('--collaboration'),
    });
    await expect(client().setInput(spec.siteId, { imageTags: { algaCore: 'a2cbb430' } })).rejects.toMatchObject({
      exit: 2,
      message: expect.stringContaining('a2cbb430'),
    });
    expect(await client().runningSpec(spec.siteId)).toEqual(spec);
  });
});

test('no input stands in the history, and none is changed that cannot be read here', async () => {
  const spec = newSpec({ ntpServers: ['canary.example.org'] });
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
    await client().setInput(spec.siteId, { dnsServers: ['9.9.9.9'] });
    const history = await environment.client.workflow.getHandle(await workflowOf(spec)).fetchHistory();
    const payloads = JSON.stringify(history, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    expect(payloads).toContain(spec.siteId);
    expect(payloads).not.toContain('canary.example.org');
    expect(payloads).not.toContain('9.9.9.9');

    await rm(join(home, spec.siteId, 'inputs'), { recursive: true });
    expect(await client().runningSpec(spec.siteId)).toBeNull();
    await expect(client().setInput(spec.siteId, { dnsServers: ['1.1.1.1'] })).rejects.toMatchObject({
      exit: 2,
      message: expect.stringContaining("not in this machine's folder of the site"),
    });
  });
});

test('what the workflow refuses is told in its words', async () => {
  const spec = newSpec();
  await withWorker(scriptedActivities({ checkEverything: ['hang'] }), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress !== null);
    await expect(client().retry(spec.siteId)).rejects.toMatchObject({
      exit: 2,
      message: expect.stringContaining('nothing is blocked'),
    });
  });
});

test('a complete install is begun anew when a person asks for it', async () => {
  const spec = newSpec();
  await withWorker(scriptedActivities({}), async () => {
    await begin(spec);
    const first = await until(spec.siteId, ({ run }) => run === 'COMPLETED');
    expect(await begin({ ...spec, mode: 'recover' })).toEqual({ kind: 'started' });
    const second = await until(spec.siteId, ({ run, startedAt }) => run === 'COMPLETED' && startedAt > first.startedAt);
    expect(second.progress?.mode).toBe('recover');
  });
});

test('a cancelled install is begun anew', async () => {
  const spec = newSpec();
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
    await client().cancel(spec.siteId);
    await until(spec.siteId, ({ run }) => run === 'CANCELLED');
    expect(await begin(spec)).toEqual({ kind: 'started' });
  });
});

test('the preflight alone gives every check', async () => {
  await withWorker(scriptedActivities({}), async () => {
    expect(await client().preflight(newSpec(), () => {})).toMatchObject({ blockers: [] });
  });
});

test('the preflight says what is still open while people wait', async () => {
  const told = Promise.withResolvers<string>();
  const report = client().preflight(newSpec(), told.resolve);
  expect(await told.promise).toBe('no worker has picked it up yet');
  await withWorker(scriptedActivities({}), async () => {
    expect(await report).toMatchObject({ blockers: [] });
  });
});

test('an update without a worker ends in time and says what to do', async () => {
  const spec = newSpec();
  await begin(spec);
  await expect(client().retry(spec.siteId)).rejects.toMatchObject({
    exit: 7,
    message: expect.stringContaining(
      'Probably no worker is running: `appliance-client resume` starts one, and the request may still take effect then.',
    ),
  });
});

test('an update that the code of a worker fails on says so, with the worker and its message', async () => {
  const spec = newSpec();
  await begin(spec);
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('../support/failing-workflow.ts', import.meta.url)),
    identity: 'an-older-worker',
  });
  await worker.runUntil(() =>
    expect(client().retry(spec.siteId)).rejects.toMatchObject({
      exit: 7,
      message: expect.stringContaining(
        'it fails in the worker an-older-worker, version unknown: no step of this history is known',
      ),
    }),
  );
}, 60_000);

test.each(['retry', 'cancel'] as const)('%s of what was never begun ends with 2', async (command) => {
  await expect(client()[command]('never')).rejects.toMatchObject({
    exit: 2,
    message: expect.stringContaining('no install is running'),
  });
});

test('a worker is seen while it polls', async () => {
  await withWorker(scriptedActivities({}), async () => {
    await expect.poll(() => client().hasWorker('any')).toBe(true);
  });
});

test('a command whose time passed before a worker took it is sent again under its id', async () => {
  const spec = newSpec();
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
  });
  const service = environment.client.workflowService;
  const sent = vi.spyOn(service, 'updateWorkflowExecution');
  const answer = client().pause(spec.siteId);
  await expect.poll(() => sent.mock.calls.length, { timeout: 20_000 }).toBe(2);
  await withWorker(blocked(), async () => {
    await answer;
    await until(spec.siteId, ({ progress }) => progress?.state === 'paused');
  });
  sent.mockRestore();
}, 60_000);

test('a command to an install that has ended meanwhile says how it ended', async () => {
  const spec = newSpec();
  await withWorker(scriptedActivities({}), async () => {
    await begin(spec);
    await until(spec.siteId, ({ run }) => run === 'COMPLETED');
  });
  await expect(client().pause(spec.siteId)).rejects.toMatchObject({
    exit: 2,
    message: expect.stringContaining('it has already ended (completed); nothing was changed'),
  });
});

test('a call that is interrupted ends at once', async () => {
  const controller = new AbortController();
  const spec = newSpec();
  await begin(spec);
  setTimeout(() => controller.abort(), 200);
  const began = Date.now();
  await expect(client(controller.signal).retry(spec.siteId)).rejects.toThrow('abort');
  expect(Date.now() - began).toBeLessThan(5_000);
});

test('a command whose answer was lost is sent again under its id, and reaches the workflow once', async () => {
  const spec = newSpec();
  await withWorker(blocked(), async () => {
    await begin(spec);
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
    const service = environment.client.workflowService;
    const real = service.updateWorkflowExecution;
    let sent = 0;
    const ids = new Set<string | null | undefined>();
    const spy = vi.spyOn(service, 'updateWorkflowExecution').mockImplementation((async (request: never) => {
      sent += 1;
      ids.add((request as { request?: { meta?: { updateId?: string } } }).request?.meta?.updateId);
      const answer = await real.call(service, request);
      if (sent === 1)
        throw Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: { get: () => [] } });
      return answer;
    }) as never);
    await client().pause(spec.siteId);
    spy.mockRestore();
    expect([sent, ids.size]).toEqual([2, 1]);
    const { events } = await environment.client.workflow.getHandle(await workflowOf(spec)).fetchHistory();
    const accepted = (events ?? []).flatMap((event) => event.workflowExecutionUpdateAcceptedEventAttributes ?? []);
    expect(accepted.map(({ acceptedRequest }) => acceptedRequest?.meta?.updateId)).toEqual([...ids]);
  });
});

const recordFile = (siteId: string): string => join(home, siteId, 'site.json');

test('a start that died between the record and the server is taken up by the next one, under the same id', async () => {
  const spec = newSpec();
  await expect(begin(spec, { fails: 'killed' })).rejects.toThrow('killed');
  const recorded = await workflowOf(spec);
  expect(await client().view(spec.siteId)).toBeNull();

  expect(await begin({ ...spec, wipeConfirmed: !spec.wipeConfirmed })).toEqual({ kind: 'started' });
  expect(await workflowOf(spec)).toBe(recorded);
  expect(await client().view(spec.siteId)).toMatchObject({ run: 'RUNNING' });
});

test('one with another spec after that is another order', async () => {
  const spec = newSpec();
  await expect(begin(spec, { fails: 'killed' })).rejects.toThrow('killed');
  const recorded = await workflowOf(spec);
  const other = { ...spec, nodeIp: '192.0.2.77' };
  expect(await begin(other)).toEqual({ kind: 'started' });
  expect(await workflowOf(spec)).not.toBe(recorded);
  expect(await client().runningSpec(spec.siteId)).toEqual(other);
});

test('what is refused is written nowhere', async () => {
  const spec = newSpec();
  await begin(spec);
  const before = await readFile(recordFile(spec.siteId), 'utf8');
  expect(await begin({ ...spec, nodeIp: '192.0.2.77' })).toMatchObject({ kind: 'refused' });
  expect(await readFile(recordFile(spec.siteId), 'utf8')).toBe(before);
});

test('of many starts at once one begins, and one order is on record', async () => {
  const specs = ['192.0.2.71', '192.0.2.72', '192.0.2.71', '192.0.2.72'].map((nodeIp) => ({ ...newSpec(), nodeIp }));
  const { siteId } = newSpec();
  const outcomes = await Promise.all(specs.map((spec) => begin({ ...spec, siteId })));
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['joined', 'refused', 'refused', 'started']);
  const { record } = await openSite(home, siteId);
  expect(await client().runningSpec(siteId)).toEqual(record?.spec);
});

test('every order is a workflow of its own, and the record names the newest', async () => {
  const spec = newSpec();
  await withWorker(scriptedActivities({}), async () => {
    await begin(spec);
    await until(spec.siteId, ({ run }) => run === 'COMPLETED');
    const first = await workflowOf(spec);
    expect(await begin(spec)).toEqual({ kind: 'started' });
    const second = await workflowOf(spec);
    expect(second).not.toBe(first);
    expect(second.split('/').slice(0, 3)).toEqual(first.split('/').slice(0, 3));
  });
});

test('an install that comes to its end while a start waits for it is not begun again', async () => {
  const spec = newSpec();
  const folder = siteFolder(home, spec.siteId);
  await withWorker(scriptedActivities({}), async () => {
    await begin(spec);
    await until(spec.siteId, ({ run }) => run === 'COMPLETED');
    const looks = vi.spyOn(environment.client.workflowService, 'describeWorkflowExecution');
    let slower = Promise.resolve<StartOutcome>({ kind: 'started' });
    const workflowId = `${await workflowOf(spec)}-next`;
    await underSiteLock(folder, async () => {
      slower = begin(spec);
      await expect.poll(() => looks.mock.settledResults.length).toBe(1);
      // What another call does meanwhile.
      const site = await openSite(home, spec.siteId);
      await recordOrder(site, spec, new Date(), { siteUid: site.record?.siteUid ?? '', workflowId });
      const order = orderOf(spec, specDigest(spec), 'd'.repeat(64));
      const memo = { specDigest: specDigest(spec) };
      const install = { workflowId, taskQueue, args: [{ order }], memo };
      await environment.client.workflow.execute('installAppliance', install);
    });
    expect(await slower).toEqual({ kind: 'joined' });
    expect(await workflowOf(spec)).toBe(workflowId);
    looks.mockRestore();
  });
});

test('an install of a client up to 0.1.0 is found, joined and cancelled; the next order has ids', async () => {
  const spec = newSpec();
  const workflowId = `appliance-install/${spec.siteId}`;
  await recordSite(await openSite(home, spec.siteId), spec, new Date());
  expect((await openSite(home, spec.siteId)).record).not.toHaveProperty('siteUid');
  await withWorker(blocked(), async () => {
    await environment.client.workflow.start('installAppliance', {
      workflowId,
      taskQueue,
      args: [{ spec, specDigest: specDigest(spec) }],
      memo: { specDigest: specDigest(spec) },
    });
    await until(spec.siteId, ({ progress }) => progress?.state === 'parked');
    expect(await begin(spec)).toEqual({ kind: 'joined' });
    expect(await begin({ ...spec, nodeIp: '192.0.2.77' })).toEqual({ kind: 'refused', running: spec });
    expect(await client().setInput(spec.siteId, { dnsServers: ['9.9.9.9'] })).toMatchObject({
      dnsServers: ['9.9.9.9'],
    });
    expect((await openSite(home, spec.siteId)).record).not.toHaveProperty('siteUid');
    await client().cancel(spec.siteId);
    await until(spec.siteId, ({ run }) => run === 'CANCELLED');
    expect(await begin(spec)).toEqual({ kind: 'started' });
    expect(await workflowOf(spec)).toMatch(new RegExp(`^${workflowId}/[0-9a-f-]{36}/[0-9a-f-]{36}$`));
  });
});

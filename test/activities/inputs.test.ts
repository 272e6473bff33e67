import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { phaseActivity } from '../../activities/phase-activity.ts';
import { setClusterDns } from '../../activities/phases/gitops/set-cluster-dns.ts';
import { prepullImages } from '../../activities/phases/release/prepull-images.ts';
import { wipeApplicationData } from '../../activities/phases/storage/wipe-application-data.ts';
import type { PhaseRun } from '../../activities/phase-context.ts';
import type { Ports } from '../../activities/ports/index.ts';
import type { Blocker } from '../../model/blocker.ts';
import { blockerKey } from '../../model/blocker.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { PhaseInput, PhaseOutcome } from '../../model/workflow-contract.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { keepInputs } from '../../site-folder/inputs.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { onlyThese } from './context.ts';
import { keptOrder } from '../support/orders.ts';
import { testSpec } from '../support/spec.ts';

/** A machine with a folder of sites, and a step that runs on it as a worker runs it. */
async function machine(): Promise<{
  home: string;
  order: (spec: InstallSpec) => Promise<PhaseInput>;
  run: (step: PhaseRun, input: PhaseInput, workflowType?: string) => Promise<PhaseOutcome>;
}> {
  const home = await temporaryFolder();
  return {
    home,
    order: async (spec) => {
      const { inputs } = await keptOrder(siteFolder(home, spec.siteId), spec);
      return { inputs, facts: { installId: 'install-1' } };
    },
    run: (step, input, workflowType = 'installAppliance') => {
      const ports: Ports = onlyThese({
        folder: (siteId) => siteFolder(home, siteId),
        clock: { now: () => new Date(), sleep: async () => {} },
      });
      return new MockActivityEnvironment({ workflowType }).run(phaseActivity(ports, step), input);
    },
  };
}

const tellNode: PhaseRun = async ({ spec, folder }) => ({ did: 'acted', detail: `${spec.nodeIp} in ${folder.root}` });

const blockersIn = (error: unknown): Blocker[] => (error as { details: [Blocker[]] }).details[0];

test('a step goes by the inputs in the folder, not by what the payload says beside', async () => {
  const { order, run } = await machine();
  const input = await order(testSpec());
  const forged = { ...input, spec: testSpec({ nodeIp: '192.0.2.66' }), kubeconfig: '/tmp/evil' };
  expect(await run(tellNode, forged)).toMatchObject({ detail: expect.stringMatching(/^192\.0\.2\.10 in /) });
});

test('on a machine without the folder nothing is done; it is said, and goes on once the folder is copied', async () => {
  const [first, second] = [await machine(), await machine()];
  const spec = testSpec();
  const input = await first.order(spec);
  const error = await second.run(never, input).catch((caught: unknown) => caught);
  const blockers = blockersIn(error);
  expect(blockers).toMatchObject([{ code: 'site-folder-missing', loginBlocking: true, retry: 'automatic' }]);
  expect(blockers[0]?.nextAction).toContain(`to ${siteFolder(second.home, spec.siteId).root}`);

  const looking = { known: blockers.map(blockerKey) };
  await expect(second.run(never, { ...input, looking })).rejects.toMatchObject({ type: 'StillBlocked' });
  await cp(join(first.home, spec.siteId), join(second.home, spec.siteId), { recursive: true });
  expect(await second.run(tellNode, { ...input, looking })).toMatchObject({ did: 'acted' });
});

const never: PhaseRun = async () => {
  throw new Error('the step ran in a folder that is not its site’s');
};

describe('a folder of the same name', () => {
  /** Two people who call a site the same, and what the first ordered. */
  const namesakes = async () => {
    const [first, second] = [await machine(), await machine()];
    const input = await first.order(testSpec());
    await second.order(testSpec());
    const folder = siteFolder(second.home, testSpec().siteId);
    const record = { ...(JSON.parse((await folder.read('site.json')) ?? '') as Record<string, unknown>) };
    const write = (changes: Record<string, unknown>) =>
      folder.write('site.json', JSON.stringify({ ...record, ...changes }));
    await write({ siteUid: '00000000-0000-4000-8000-000000000002' });
    return { first, second, input, write, uid: record['siteUid'], root: folder.root };
  };

  test('of another site does nothing, says whose it is, and is looked at again', async () => {
    const { second, input, write, uid, root } = await namesakes();
    const blockers = blockersIn(await second.run(never, input).catch((caught: unknown) => caught));
    expect(blockers).toMatchObject([{ code: 'site-folder-missing', retry: 'automatic', loginBlocking: true }]);
    expect(blockers[0]?.reason).toContain(
      `${root} belongs to the site with the uid 00000000-0000-4000-8000-000000000002`,
    );
    const looking = { known: blockers.map(blockerKey) };
    await expect(second.run(never, { ...input, looking })).rejects.toMatchObject({ type: 'StillBlocked' });
    await write({ siteUid: uid });
    expect(await second.run(tellNode, { ...input, looking })).toMatchObject({ did: 'acted' });
  });

  test.each([
    ['without a uid', { siteUid: undefined, workflowId: undefined }],
    ['that names another site', { siteId: 'berlin' }],
  ])('with a record %s does nothing either', async (_, changes) => {
    const { second, input, write, uid } = await namesakes();
    await write({ siteUid: uid, ...changes });
    expect(blockersIn(await second.run(never, input).catch((caught: unknown) => caught))).toMatchObject([
      { code: 'site-folder-missing' },
    ]);
  });

  test('does nothing of an install of a client up to 0.1.0 but where that is the newest', async () => {
    const { second, write } = await namesakes();
    const input = { spec: testSpec(), facts: {} };
    expect(blockersIn(await second.run(never, input).catch((caught: unknown) => caught))).toMatchObject([
      { code: 'site-folder-missing' },
    ]);
    await write({ siteUid: undefined, workflowId: undefined });
    expect(await second.run(tellNode, input)).toMatchObject({ did: 'acted' });
    const nobody = await machine();
    expect(blockersIn(await nobody.run(never, input).catch((caught: unknown) => caught))).toMatchObject([
      { code: 'site-folder-missing' },
    ]);
  });

  test('may have no record yet for a preflight, which goes by its inputs', async () => {
    const { home, run } = await machine();
    const spec = testSpec();
    const digest = await keepInputs(siteFolder(home, spec.siteId), spec);
    const input = { inputs: { siteId: spec.siteId, nodeIp: spec.nodeIp, digest }, facts: {} };
    expect(await run(tellNode, input, 'preflightAppliance')).toMatchObject({ did: 'acted' });
    await expect(run(never, input)).rejects.toMatchObject({ type: 'Blocked' });
  });
});

test.each<[string, PhaseRun]>([
  ['wipes nothing', wipeApplicationData],
  ['sets no resolvers', setClusterDns],
  ['pulls no images', prepullImages],
])('an order that asks for more than the inputs do %s', async (_, step) => {
  const { order, run } = await machine();
  const input = await order(testSpec({ mode: 'recover', dnsServers: [], prepullImages: false }));
  expect(await run(step, input)).toMatchObject({ did: 'nothing-to-do' });
});

test('a worker that is told to stop hands its step on at once; a cancelled install does not', async () => {
  const { order, home } = await machine();
  const input = await order(testSpec());
  const untilStopped: PhaseRun = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('fetch failed'))));
  const ports: Ports = onlyThese({
    folder: (siteId) => siteFolder(home, siteId),
    clock: { now: () => new Date(), sleep: async () => {} },
  });
  const end = async (reason: 'WORKER_SHUTDOWN' | 'CANCELLED'): Promise<unknown> => {
    const environment = new MockActivityEnvironment();
    const begun = Promise.withResolvers<void>();
    const run: PhaseRun = (context) => {
      begun.resolve();
      return untilStopped(context);
    };
    const ended = environment.run(phaseActivity(ports, run), input).catch((error: unknown) => error);
    await begun.promise;
    environment.cancel(reason);
    return ended;
  };
  expect(await end('WORKER_SHUTDOWN')).toMatchObject({
    type: 'WorkerStopped',
    nonRetryable: false,
    nextRetryDelay: 50,
  });
  expect(await end('CANCELLED')).toMatchObject({ name: 'CancelledFailure' });
});

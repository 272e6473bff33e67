import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { phaseActivity } from '../../activities/phase-activity.ts';
import { setClusterDns } from '../../activities/phases/gitops/set-cluster-dns.ts';
import { prepullImages } from '../../activities/phases/release/prepull-images.ts';
import { wipeApplicationData } from '../../activities/phases/storage/wipe-application-data.ts';
import type { PhaseRun } from '../../activities/phase-context.ts';
import type { Ports } from '../../activities/ports/index.ts';
import type { Blocker } from '../../model/blocker.ts';
import { blockerKey } from '../../model/blocker.ts';
import { orderOf } from '../../model/order.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { PhaseInput, PhaseOutcome } from '../../model/workflow-contract.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { keepInputs } from '../../site-folder/inputs.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { onlyThese } from './context.ts';
import { testSpec } from '../support/spec.ts';

/** A machine with a folder of sites, and a step that runs on it as a worker runs it. */
async function machine(): Promise<{
  home: string;
  order: (spec: InstallSpec) => Promise<PhaseInput>;
  run: (step: PhaseRun, input: PhaseInput) => Promise<PhaseOutcome>;
}> {
  const home = await temporaryFolder();
  return {
    home,
    order: async (spec) => {
      const digest = await keepInputs(siteFolder(home, spec.siteId), spec);
      return { inputs: orderOf(spec, 'digest', digest).inputs, facts: { installId: 'install-1' } };
    },
    run: (step, input) => {
      const ports: Ports = onlyThese({
        folder: (siteId) => siteFolder(home, siteId),
        clock: { now: () => new Date(), sleep: async () => {} },
      });
      return new MockActivityEnvironment().run(phaseActivity(ports, step), input);
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
  const never: PhaseRun = async () => {
    throw new Error('the step ran without its inputs');
  };
  const error = await second.run(never, input).catch((caught: unknown) => caught);
  const blockers = blockersIn(error);
  expect(blockers).toMatchObject([{ code: 'site-folder-missing', loginBlocking: true, retry: 'automatic' }]);
  expect(blockers[0]?.nextAction).toContain(`to ${siteFolder(second.home, spec.siteId).root}`);

  const looking = { known: blockers.map(blockerKey) };
  await expect(second.run(never, { ...input, looking })).rejects.toMatchObject({ type: 'StillBlocked' });
  await keepInputs(siteFolder(second.home, spec.siteId), spec);
  expect(await second.run(tellNode, { ...input, looking })).toMatchObject({ did: 'acted' });
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

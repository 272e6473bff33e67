import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { selectRelease } from '../../../activities/phases/release/select-release.ts';
import type { RegistryPort } from '../../../activities/ports/registry.ts';
import { ref } from '../../../kubernetes/addresses.ts';
import { diagnose } from '../../support/diagnosed.ts';
import { operationLines } from '../../../client/render/operations.ts';
import { sizesIn } from '../../../model/image-sizes.ts';
import type { InstallSpec } from '../../../model/site.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { step } from '../../../status-service/pages/parts/step.ts';
import { NOW, appliance } from '../../diagnosis/appliance.ts';
import type { Change } from '../../diagnosis/appliance.ts';
import { broken } from '../../diagnosis/faults.ts';
import { bootKubernetes, openByHand } from '../../simulation/by-hand.ts';
import { testSite } from '../context.ts';

const SELECTION = ref.configMap('alga-system', 'appliance-release-selection');
const CORE = 'ghcr.io/nine-minds/alga-psa-ee:94446747';

/** A cluster whose namespace for releases is there, and the release selected in it as often as is asked. */
async function selecting() {
  const node = await openByHand('all-well');
  const cluster = await bootKubernetes(node);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alga-system' } };
  await cluster.apply(namespace, node.signal);
  const existingCluster = { kubeconfig: join(node.home, 'talosconfig.kubeconfig'), talosconfig: null };
  const site = await testSite(node.ports, { existingCluster });
  const select = async (registry?: RegistryPort, spec: Partial<InstallSpec> = {}) => {
    const outcome = await selectRelease(site.context({ spec, ...(registry && { ports: { registry } }) }));
    const found = await cluster.get(SELECTION, node.signal);
    if (!found) throw new Error('nothing was selected');
    return { did: outcome.did, found };
  };
  return { ...node, select };
}

/** What the node says while the application's image comes, and what the installer has written of it. */
function whilePulling(selection: KubernetesObject, image = CORE): ReturnType<typeof diagnose> {
  const withSelection: Change = (items) => {
    const at = items.findIndex(({ metadata }) => metadata.name === 'appliance-release-selection');
    items.splice(at, 1, { ...selection, metadata: { name: SELECTION.name, namespace: 'alga-system' } });
  };
  const comes = broken('alga-core', { state: { waiting: { reason: 'ContainerCreating' } } }, [
    ['Pulling', `Pulling image "${image}"`, { count: 1, first: 16, last: 16, type: 'Normal' }],
  ]);
  return diagnose(appliance(comes, withSelection), { now: new Date(NOW) });
}

const silent: RegistryPort = {
  lookUp: (_, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};
const refusing: RegistryPort = {
  lookUp: async () => ({ found: false, why: 'unreachable', message: 'no route to host' }),
};

describe('the size of an image that the node has not got yet', () => {
  test('comes from the registry to the status, the terminal and the page, with the time and no percentage', async () => {
    const { select } = await selecting();
    const { found } = await select();
    const { status } = whilePulling(found);
    const [operation] = status.activeOperations;
    expect(operation).toMatchObject({ kind: 'image-pull', sizeBytes: 1_800_000_000, progressAvailable: false });
    expect(status.rollup.message).toContain(
      `${CORE} for alga-core for 16 min (about 1.8 GB); the node does not report`,
    );
    expect(operationLines(status.activeOperations, new Date(NOW)).join('\n')).toMatch(
      /for 16m.*, about 1\.8 GB, no percentage/,
    );
    expect(await Promise.resolve(step(status)).then((html) => html.toString())).toContain(
      'About 1.8 GB; the node does not report',
    );
  });

  test('is found by digest and through a mirror', async () => {
    const { found } = await (await selecting()).select();
    for (const image of [`${CORE}@sha256:${'a'.repeat(64)}`, `mirror.example/proxy/${CORE}`])
      expect(whilePulling(found, image).status.activeOperations[0]?.sizeBytes).toBe(1_800_000_000);
    expect(
      whilePulling(found, 'ghcr.io/nine-minds/alga-psa-ee:other').status.activeOperations[0]?.sizeBytes,
    ).toBeNull();
  });

  test('stays unsaid where the registry does not tell it, and the release is selected all the same', async () => {
    const { select } = await selecting();
    const { found, did } = await select(refusing);
    expect(did).toBe('acted');
    const { status } = whilePulling(found);
    expect(status.activeOperations[0]?.sizeBytes).toBeNull();
    expect(status.rollup.message).not.toContain('about');
  });

  test('is not asked where the registry is not to be asked from here', async () => {
    const { select } = await selecting();
    const { found } = await select(silent, { skipImageTagValidation: true });
    expect(Object.keys(found['data'] as object)).not.toContain('imageSizes');
  });

  test('stays known when it is not told again, is nothing to do then, and goes with its image', async () => {
    const { select } = await selecting();
    const first = await select();
    const again = await select(refusing);
    expect([again.did, again.found['data']]).toEqual(['nothing-to-do', first.found['data']]);
    const other = await select(refusing, { imageTags: { algaCore: 'abc123' } });
    expect(JSON.stringify(other.found['data'])).not.toContain(`${CORE}\\":`);
  });
});

// A ConfigMap can be changed by hand.
test.each([undefined, '', 'not JSON', '[]', '{"a":"1"}', '{"a":-1}', '{"a":1e15}', '{"a":0.5}'])(
  'what %j says of sizes is nothing',
  (text) => {
    expect(sizesIn(text)).toEqual({});
  },
);

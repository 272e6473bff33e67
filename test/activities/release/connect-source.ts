import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ref } from '../../../kubernetes/addresses.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { connectSource } from '../../../activities/phases/release/connect-source.ts';
import { selectRelease } from '../../../activities/phases/release/select-release.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { installFluxDefinitions, runningTree } from '../support/flux.ts';
import { plainNamespace, signal, versionsOf } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { testBed } from '../support/test-bed.ts';
import type { TestBed } from '../support/test-bed.ts';
import { server } from './server.ts';

const SOURCE = ref.gitRepository('alga-appliance');
const ROOT = ref.kustomization('alga-appliance');
const REQUESTED = 'reconcile.fluxcd.io/requestedAt';
const KINDS: [string, string][] = [
  ['source.toolkit.fluxcd.io/v1', 'GitRepository'],
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  await installFluxDefinitions(cluster);
  for (const name of ['flux-system', 'alga-system']) await cluster.apply(plainNamespace(name), signal);
}, 180_000);
describe('the Git source', () => {
  beforeEach(async () => {
    for (const [apiVersion, kind] of KINDS) {
      for (const { metadata } of await cluster.list({ apiVersion, kind }, {}, signal)) {
        const at = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' };
        await cluster.patch(at, { metadata: { finalizers: null } }, signal);
        await cluster.delete(at, {}, signal);
      }
    }
  });

  test('is connected, the tree begun, and a second run changes nothing', async () => {
    const bed = await sourceBed(fetched);
    expect(await connectSource(bed.context())).toMatchObject({
      did: 'acted',
      facts: { gitRevision: 'release/1.0-rc5@sha1:aaa' },
    });
    expect(await cluster.get(SOURCE, signal)).toMatchObject({
      spec: { url: 'https://git.example.org/alga/appliance.git', ref: { branch: 'release/1.0-rc5' } },
    });
    expect(await cluster.get(ROOT, signal)).toMatchObject({
      spec: { path: 'flux/profiles/talos-single-node', sourceRef: { name: 'alga-appliance' } },
    });
    const before = await versionsOf(cluster, ...KINDS);
    expect(await connectSource(bed.context())).toMatchObject({ did: 'nothing-to-do' });
    expect(await versionsOf(cluster, ...KINDS)).toEqual(before);
  });

  // Lesson 12: old Ready conditions satisfied new waits.
  test('that holds another branch, Ready as it is, does not count until it holds the one that was asked for', async () => {
    let answer: Answer = fetched;
    const bed = await sourceBed((source) => answer(source));
    await connectSource(bed.context());
    answer = () => null;
    const changed = {
      spec: { repo: { url: 'https://git.example.org/alga/appliance.git', branch: 'hotfix', path: './flux' } },
    };
    let ended = false;
    const done = connectSource(bed.context(changed)).finally(() => (ended = true));
    await expect.poll(() => bed.seen.at(-1), { timeout: 10_000 }).toContain('it has not answered yet');
    expect(ended).toBe(false);
    answer = fetched;
    expect(await done).toMatchObject({ facts: { gitRevision: 'hotfix@sha1:aaa' } });
  });

  test('whose branch is missing stops the install in words, and goes on once the branch is there', async () => {
    const missing = `failed to checkout and determine revision: unable to clone 'https://git.example.org/alga/appliance.git': couldn't find remote ref "refs/heads/release/1.0-rc5"`;
    let answer: Answer = (source) => failed(source, missing);
    const bed = await sourceBed((source) => answer(source));
    await expect(connectSource(bed.context())).rejects.toMatchObject({
      blockers: [{ code: 'flux-source-ref-missing', severity: 'error' }],
    });
    // The branch is there by now, but Flux looks again only when it is asked, or at its next interval.
    const asked = (await cluster.get(SOURCE, signal))?.metadata.annotations?.[REQUESTED];
    answer = (source) =>
      source.metadata.annotations?.[REQUESTED] === asked ? failed(source, missing) : fetched(source);
    expect(await connectSource(bed.context())).toMatchObject({ did: 'acted' });
  });

  test('resumes what a wipe has suspended, and has releases that were there take up the new values', async () => {
    const tree = runningTree();
    expect(tree.map(({ metadata }) => metadata.name)).toContain('appliance-status');
    for (const object of tree) {
      const { name, namespace } = object.metadata;
      await cluster.create({ ...object, spec: { ...(object['spec'] as object), suspend: true } }, signal);
      expect(namespace, name).toBeDefined();
    }
    const bed = await sourceBed(fetched);
    const changed = { spec: { imageTags: { algaCore: `at-${Date.now()}` } } };
    await selectRelease(bed.context(changed));
    await connectSource(bed.context(changed));
    for (const [apiVersion, kind] of KINDS.slice(1)) {
      for (const object of await cluster.list({ apiVersion, kind }, {}, signal)) {
        expect(object, object.metadata.name).toMatchObject({ spec: { suspend: false } });
        // A Kustomization begins by itself when it is resumed; a release may not see that its values are new.
        if (object.metadata.name === 'alga-core' && kind === 'HelmRelease')
          expect(object.metadata.annotations?.[REQUESTED]).toMatch(/^[0-9a-f]{16}\./);
      }
    }
  });

  test('whose tree does not build stops the install with what Flux says', async () => {
    const bed = await sourceBed(fetched, {
      buildError: 'kustomization path not found: stat /tmp/flux/profiles/none: no such file or directory',
    });
    await expect(connectSource(bed.context())).rejects.toMatchObject({ blockers: [{ code: 'flux-build-failed' }] });
  });
});

type Answer = (source: KubernetesObject) => Record<string, unknown> | null;

function ready(
  object: KubernetesObject,
  status: 'True' | 'False',
  reason: string,
  message: string,
): Record<string, unknown> {
  const at = new Date().toISOString();
  return {
    observedGeneration: object.metadata.generation,
    lastHandledReconcileAt: object.metadata.annotations?.[REQUESTED],
    conditions: [
      {
        type: 'Ready',
        status,
        reason,
        message,
        lastTransitionTime: at,
        observedGeneration: object.metadata.generation,
      },
    ],
  };
}

const fetched: Answer = (source) => {
  const { branch } = (source['spec'] as { ref: { branch: string } }).ref;
  const revision = `${branch}@sha1:aaa`;
  return {
    ...ready(source, 'True', 'Succeeded', `stored artifact for revision '${revision}'`),
    artifact: {
      revision,
      path: 'x',
      url: 'http://x',
      digest: `sha256:${'0'.repeat(64)}`,
      lastUpdateTime: new Date().toISOString(),
    },
  };
};

function failed(source: KubernetesObject, message: string): Record<string, unknown> {
  return ready(source, 'False', 'GitOperationFailed', message);
}

/** A bed in which Flux is played: the source answers as told, and the root applies whatever the source holds. */
async function sourceBed(answer: Answer, { buildError }: { buildError?: string } = {}): Promise<TestBed> {
  const bed = await testBed(server.kubeconfig, 5);
  const { play, status } = players(server.kubeconfig);
  const written = new Map<string, string>();
  const once = async (object: KubernetesObject, value: Record<string, unknown>): Promise<void> => {
    // As Flux does: the same answer to the same object is not written twice.
    const key = `${object.metadata.uid} ${object.metadata.generation} ${object.metadata.annotations?.[REQUESTED]} ${JSON.stringify((value['conditions'] as { message: string }[])[0]?.message)}`;
    if (written.get(object.metadata.uid ?? '') === key) return;
    await status(object, value);
    written.set(object.metadata.uid ?? '', key);
  };
  play(async () => {
    const source = await cluster.get(SOURCE, signal);
    const value = source && answer(source);
    if (value) await once(source, value);
    const root = await cluster.get(ROOT, signal);
    const held = (source?.['status'] as { artifact?: { revision: string } } | undefined)?.artifact?.revision;
    if (!root || !held) return;
    await once(
      root,
      buildError
        ? { ...ready(root, 'False', 'BuildFailed', buildError), lastAttemptedRevision: held }
        : {
            ...ready(root, 'True', 'ReconciliationSucceeded', `Applied revision: ${held}`),
            lastAppliedRevision: held,
            lastAttemptedRevision: held,
          },
    );
  });
  return bed;
}

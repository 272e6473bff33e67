import { expect, vi } from 'vitest';
import { z } from 'zod';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { ClusterError } from '../../../activities/ports/kubernetes.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { FLUX, HELM_RELEASES } from '../../../model/appliance.ts';
import { kubernetesObject } from '../../../model/snapshot.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { fluxCrds } from '../../flux/crds.ts';
import { signal } from './objects.ts';

/** Installs Flux's own definitions, from the modules of its controllers, and waits until they are served. */
export async function installFluxDefinitions(cluster: Cluster): Promise<void> {
  const definitions = (await fluxCrds()).map((definition) => kubernetesObject.parse(definition));
  await Promise.all(definitions.map((definition) => cluster.apply(definition, signal, { force: true })));
  for (const { spec } of await fluxCrds()) {
    const at = {
      apiVersion: `${spec.group}/${storedVersion(spec)}`,
      kind: spec.names.kind,
      namespace: 'default',
      name: 'none',
    };
    await vi.waitFor(() => expect(isServed(cluster, at)).resolves.toBe(true), { timeout: 30_000 });
  }
}

function storedVersion({ versions }: { versions: readonly object[] }): string {
  return z
    .object({ name: z.string(), storage: z.literal(true) })
    .parse(versions.find((each) => 'storage' in each && each.storage)).name;
}

/** Of a kind that is served an object may be missing; another kind is not known at all. */
async function isServed(cluster: Cluster, at: ObjectRef): Promise<boolean> {
  return cluster.patch(at, {}, signal).then(
    () => true,
    (error: unknown) => error instanceof ClusterError && error.message.includes('404'),
  );
}

export function kustomization(name: string): KubernetesObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: { interval: '10m', prune: true, path: './', sourceRef: { kind: 'GitRepository', name: FLUX.source } },
  };
}

export function helmRelease(name: string): KubernetesObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'alga-system', finalizers: ['finalizers.fluxcd.io'] },
    spec: {
      interval: '10m',
      chart: { spec: { chart: `./charts/${name}`, sourceRef: { kind: 'GitRepository', name: FLUX.source } } },
    },
  };
}

/** The Flux objects of an appliance that runs: root, tiers and releases. */
export function runningTree(): KubernetesObject[] {
  return [
    ...[FLUX.rootKustomization, ...Object.values(FLUX.tierKustomizations)].map(kustomization),
    ...HELM_RELEASES.map(helmRelease),
  ];
}

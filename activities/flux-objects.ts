import { KINDS } from '../kubernetes/addresses.ts';
import { FLUX, HELM_RELEASES, NAMESPACES } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';
import type { Cluster } from './ports/kubernetes.ts';

const KUSTOMIZATIONS: readonly string[] = [FLUX.rootKustomization, ...Object.values(FLUX.tierKustomizations)];

/** Gives the appliance's own Kustomizations and HelmReleases, as far as there are any. */
export async function applianceObjects(cluster: Cluster, signal: AbortSignal): Promise<KubernetesObject[]> {
  const [kustomizations, releases] = await Promise.all([
    cluster.list(KINDS.kustomization, { namespace: NAMESPACES.flux }, signal),
    cluster.list(KINDS.helmRelease, { namespace: NAMESPACES.releases }, signal),
  ]);
  return [
    ...kustomizations.filter(({ metadata }) => KUSTOMIZATIONS.includes(metadata.name)),
    ...releases.filter(({ metadata }) => (HELM_RELEASES as readonly string[]).includes(metadata.name)),
  ];
}

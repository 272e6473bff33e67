import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES, PRIVILEGED_NAMESPACES } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { applied, openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { waitFor } from '../../wait.ts';

/** Flux brings its own namespace; these are the installer's, and the Flux tree declares them in the same words. */
const OURS = [NAMESPACES.releases, NAMESPACES.appliance, NAMESPACES.workloads, NAMESPACES.storage];

/** Creates the appliance's namespaces. One that is being deleted is waited for, and created again. */
export async function createNamespaces(context: PhaseContext): Promise<PhaseOutcome> {
  const cluster = await openCluster(context);
  let acted = false;
  for (const name of OURS) {
    await awaitNotTerminating(context, cluster, name);
    acted = (await applied(cluster, namespace(name), context.signal)) || acted;
  }
  return { did: acted ? 'acted' : 'nothing-to-do', detail: `Namespaces ${OURS.join(', ')}` };
}

/** Waits while a namespace is being deleted: what is made in it now would be deleted with it. */
export async function awaitNotTerminating(context: PhaseContext, cluster: Cluster, name: string): Promise<void> {
  await waitFor(context, {
    what: `namespace ${name} to be deleted`,
    look: async () => {
      const found = await cluster.get(ref.namespace(name), context.signal);
      const since = found?.metadata.deletionTimestamp;
      return since ? { saw: `it has been terminating since ${since}` } : { done: true };
    },
  });
}

/** With the labels that the namespace must have. */
export function namespace(name: string): KubernetesObject {
  const labels = PRIVILEGED_NAMESPACES.includes(name)
    ? { 'pod-security.kubernetes.io/enforce': 'privileged' }
    : undefined;
  // In the words of flux/base/namespaces: two writers that agree do not undo each other.
  const annotations = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations, ...(labels && { labels }) } };
}

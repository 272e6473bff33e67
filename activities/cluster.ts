import { refOf } from '../kubernetes/addresses.ts';
import { KubeconfigRefused, kubeconfigParts } from '../kubernetes/kubeconfig.ts';
import { NAMESPACES } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';
import { SITE_FILES } from '../site-folder/index.ts';
import type { PhaseContext } from './phase-context.ts';
import { ClusterError } from './ports/kubernetes.ts';
import type { Cluster } from './ports/kubernetes.ts';

/** Takes a phase's context, gives the path of the kubeconfig it works with: the operator's own choice, or the site's. */
export function kubeconfigPath({ spec, folder }: Pick<PhaseContext, 'spec' | 'folder'>): string {
  return spec.existingCluster.kubeconfig ?? folder.path(SITE_FILES.kubeconfig);
}

/** Takes a phase's context, gives the path of the talosconfig it works with: the operator's own choice, or the site's. */
export function talosconfigPath({ spec, folder }: Pick<PhaseContext, 'spec' | 'folder'>): string {
  return spec.existingCluster.talosconfig ?? folder.path(SITE_FILES.talosconfig);
}

/** Takes a phase's context, gives the site's cluster. No environment variable has a say in which cluster that is. */
export async function openCluster(context: Pick<PhaseContext, 'spec' | 'folder' | 'ports'>): Promise<Cluster> {
  const path = kubeconfigPath(context);
  // What a person named may name programs. What lies in the folder came from a node, perhaps by an earlier client.
  if (context.spec.existingCluster.kubeconfig === null)
    insistOnData(path, await context.folder.read(SITE_FILES.kubeconfig));
  return context.ports.kubernetes.connect(path);
}

function insistOnData(path: string, text: string | null): void {
  try {
    if (text !== null) kubeconfigParts(text);
  } catch (error) {
    if (!(error instanceof KubeconfigRefused)) throw error;
    throw new ClusterError('refused-kubeconfig', path, `${path} is not used: ${error.message}`);
  }
}

/**
 * Takes a cluster, gives its identity: the uid of the namespace kube-system, made with the cluster and never again. Null when
 * there is no such namespace yet.
 */
export async function kubeSystemUid(cluster: Cluster, signal: AbortSignal): Promise<string | null> {
  const namespace = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: NAMESPACES.kubeSystem }, signal);
  return namespace?.metadata.uid ?? null;
}

/** Applies an object under the installer's name; says whether that changed anything in the cluster. */
export async function applied(cluster: Cluster, object: KubernetesObject, signal: AbortSignal): Promise<boolean> {
  const before = await cluster.get(refOf(object), signal);
  const after = await cluster.apply(object, signal, { force: true });
  return before?.metadata.resourceVersion !== after.metadata.resourceVersion;
}

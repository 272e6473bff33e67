import { refOf } from '../kubernetes/addresses.ts';
import { KubeconfigRefused, kubeconfigParts } from '../kubernetes/kubeconfig.ts';
import { NAMESPACES } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';
import { SITE_FILES } from '../site-folder/index.ts';
import type { PhaseContext } from './phase-context.ts';
import { stop } from './stop.ts';
import { ClusterError } from './ports/kubernetes.ts';
import type { Cluster } from './ports/kubernetes.ts';
import { RECHECKS_OR_NOW, advise, fileWord, named, run } from '../model/advice.ts';
import type { Word } from '../model/advice.ts';

/** The operator's own file, or the one in the site folder. */
export function kubeconfigPath({ spec, folder }: Pick<PhaseContext, 'spec' | 'folder'>): string {
  return spec.existingCluster.kubeconfig ?? folder.path(SITE_FILES.kubeconfig);
}

/** The operator's own file, or the one in the site folder. */
export function talosconfigPath({ spec, folder }: Pick<PhaseContext, 'spec' | 'folder'>): string {
  return spec.existingCluster.talosconfig ?? folder.path(SITE_FILES.talosconfig);
}

/** For advice: the operator's own file by its path, or the one in the site folder. */
export function configWord({ spec }: Pick<PhaseContext, 'spec'>, which: 'kubeconfig' | 'talosconfig'): Word {
  const own = spec.existingCluster[which];
  return own === null ? fileWord(SITE_FILES[which]) : named(own, which);
}

/** No environment variable has a say in which cluster that is. */
export async function openCluster(context: Pick<PhaseContext, 'spec' | 'folder' | 'ports'>): Promise<Cluster> {
  const path = kubeconfigPath(context);
  // What a person named may name programs. What lies in the folder came from a node, perhaps by an earlier client.
  if (context.spec.existingCluster.kubeconfig === null) {
    const own = await context.folder.read(SITE_FILES.kubeconfig);
    if (own === null) throw kubeconfigLost(context, path);
    insistOnData(path, own);
  }
  return context.ports.kubernetes.connect(path);
}

function kubeconfigLost(context: Pick<PhaseContext, 'spec' | 'folder' | 'ports'>, path: string): Error {
  const { siteId, nodeIp } = context.spec;
  return stop(context, 'key-material-missing', {
    component: 'kubernetes',
    object: path,
    reason: `${path} no longer exists, and nothing else opens the cluster of ${siteId}.`,
    advice: advise`Restore it from a backup, or get another one from the node: ${run('talosctl', '--talosconfig', configWord(context, 'talosconfig'), '-n', named(nodeIp, 'node-ip'), 'kubeconfig', fileWord(SITE_FILES.kubeconfig))}. ${RECHECKS_OR_NOW}`,
  });
}

function insistOnData(path: string, text: string): void {
  try {
    kubeconfigParts(text);
  } catch (error) {
    if (!(error instanceof KubeconfigRefused)) throw error;
    throw new ClusterError('refused-kubeconfig', path, `${path} is not used: ${error.message}`);
  }
}

/**
 * The uid of the namespace kube-system, created with the cluster and never again. Null if there is no such namespace
 * yet.
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

import { NAMESPACES } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';
import { SITE_FILES } from '../site-folder/index.ts';
import type { PhaseContext } from './phase-context.ts';
import type { Cluster, ObjectRef } from './ports/kubernetes.ts';

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
  return context.ports.kubernetes.connect(kubeconfigPath(context));
}

/**
 * Takes a cluster, gives its identity: the uid of the namespace kube-system, made with the cluster and never again. Null when
 * there is no such namespace yet.
 */
export async function kubeSystemUid(cluster: Cluster, signal: AbortSignal): Promise<string | null> {
  const namespace = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: NAMESPACES.kubeSystem }, signal);
  return namespace?.metadata.uid ?? null;
}

/** Takes an object, gives the reference by which it is asked for again. */
export function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
}

/** Applies an object under the installer's name; says whether that changed anything in the cluster. */
export async function applied(cluster: Cluster, object: KubernetesObject, signal: AbortSignal): Promise<boolean> {
  const before = await cluster.get(refOf(object), signal);
  const after = await cluster.apply(object, signal, { force: true });
  return before?.metadata.resourceVersion !== after.metadata.resourceVersion;
}

/** References to the kinds that phases read and write. */
export const ref = {
  namespace: (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Namespace', name }),
  secret: (namespace: string, name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Secret', namespace, name }),
  configMap: (namespace: string, name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }),
  pod: (namespace: string, name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Pod', namespace, name }),
  job: (namespace: string, name: string): ObjectRef => ({ apiVersion: 'batch/v1', kind: 'Job', namespace, name }),
  claim: (namespace: string, name: string): ObjectRef => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace,
    name,
  }),
  volume: (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'PersistentVolume', name }),
  storageClass: (name: string): ObjectRef => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name }),
  deployment: (namespace: string, name: string): ObjectRef => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name,
  }),
  gitRepository: (name: string): ObjectRef => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    namespace: NAMESPACES.flux,
    name,
  }),
  kustomization: (name: string): ObjectRef => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: NAMESPACES.flux,
    name,
  }),
} as const;

export const KINDS = {
  kustomization: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  helmRelease: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' },
  claim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  volume: { apiVersion: 'v1', kind: 'PersistentVolume' },
  pod: { apiVersion: 'v1', kind: 'Pod' },
  secret: { apiVersion: 'v1', kind: 'Secret' },
} as const;

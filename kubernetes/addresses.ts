import { NAMESPACES } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';

export interface ResourceKind {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends ResourceKind {
  readonly name: string;
  readonly namespace?: string;
}

/** The reference by which the object is read again. */
export function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
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

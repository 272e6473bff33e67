import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import type { Resource } from './cluster-reader.ts';

/** One thing that a snapshot is made of: what to list, where, and how much of it at most. */
export interface Observed {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly maxItems?: number;
}

const of = (apiVersion: string, plural: string, kind: string): Resource => ({ apiVersion, plural, kind });

export const PODS = of('v1', 'pods', 'Pod');
export const EVENTS = of('v1', 'events', 'Event');

/** An event list is read up to this many; the newest that matter are few, a storm of repeats is not worth its memory. */
export const MAX_EVENTS = 10_000;

/**
 * All that a diagnosis reads from the API server. No Secret among them: the reader's account may not read any, and a
 * snapshot is handed on to people.
 */
export const OBSERVED: readonly Observed[] = [
  { resource: PODS },
  { resource: EVENTS, maxItems: MAX_EVENTS },
  { resource: of('v1', 'nodes', 'Node') },
  { resource: of('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim') },
  {
    resource: of('v1', 'configmaps', 'ConfigMap'),
    namespace: NAMESPACES.releases,
    fieldSelector: `metadata.name=${OBJECTS.releaseSelection}`,
  },
  { resource: of('apps/v1', 'deployments', 'Deployment') },
  { resource: of('apps/v1', 'statefulsets', 'StatefulSet') },
  { resource: of('apps/v1', 'daemonsets', 'DaemonSet') },
  { resource: of('apps/v1', 'replicasets', 'ReplicaSet') },
  { resource: of('batch/v1', 'jobs', 'Job') },
  { resource: of('storage.k8s.io/v1', 'storageclasses', 'StorageClass') },
  { resource: of('coordination.k8s.io/v1', 'leases', 'Lease'), namespace: 'kube-node-lease' },
  { resource: of('source.toolkit.fluxcd.io/v1', 'gitrepositories', 'GitRepository') },
  { resource: of('source.toolkit.fluxcd.io/v1', 'helmrepositories', 'HelmRepository') },
  { resource: of('source.toolkit.fluxcd.io/v1', 'helmcharts', 'HelmChart') },
  { resource: of('kustomize.toolkit.fluxcd.io/v1', 'kustomizations', 'Kustomization') },
  { resource: of('helm.toolkit.fluxcd.io/v2', 'helmreleases', 'HelmRelease') },
];

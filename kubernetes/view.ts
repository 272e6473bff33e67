import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import type { PodLog, Snapshot } from '../model/snapshot.ts';
import { type ClusterEvent, eventOf } from './events.ts';
import type * as shapes from './shapes.ts';
import { readers, type ShapeReader } from './readers.ts';
import { ms, newest } from './time.ts';

/** A snapshot, read once: objects by kind, events and logs by what they are about, and the node's own clock. */
export interface View {
  readonly snapshot: Snapshot;
  readonly takenAt: number;
  /** True when the API server's answer is current: objects may be trusted. */
  readonly current: boolean;
  readonly pods: readonly shapes.Pod[];
  readonly workloads: readonly shapes.Workload[];
  readonly jobs: readonly shapes.Job[];
  readonly claims: readonly shapes.Claim[];
  readonly nodes: readonly shapes.Node[];
  readonly storageClasses: readonly shapes.StorageClass[];
  readonly flux: readonly shapes.FluxObject[];
  readonly configMaps: readonly shapes.ConfigMap[];
  readonly events: readonly ClusterEvent[];
  /** Every kind, events aside, of which at least one object is there. */
  readonly kinds: ReadonlySet<string>;
  /** Resources (plural names) that could not be listed. */
  readonly missing: ReadonlySet<string>;
  eventsOf(object: { readonly kind: string; readonly metadata: shapes.Metadata }): readonly ClusterEvent[];
  logsOf(namespace: string, pod: string): readonly PodLog[];
  /** The workload or job of that name. */
  controller(kind: string, namespace: string | undefined, name: string): shapes.Workload | shapes.Job | undefined;
  /** The newest time that the node or its API server wrote; null when there is none. */
  readonly nodeNow: number | null;
  /** True when nodeNow is a heartbeat, and so cannot be far behind the node's clock. */
  readonly clockTrusted: boolean;
}

const keyOf = (kind: string, namespace: string | null | undefined, name: string) =>
  `${kind} ${namespace ?? ''}/${name}`;

/** Thousands of events are the same ones at the next look. */
const known = new WeakMap<shapes.RawEvent, { readonly event: ClusterEvent | null }>();
function once(raw: shapes.RawEvent): ClusterEvent | null {
  const { event } = known.get(raw) ?? { event: eventOf(raw) };
  known.set(raw, { event });
  return event;
}

/** The newest time in any of the objects: created, changed, started, ended, last heartbeat. */
function newestTime(
  view: Pick<View, 'pods' | 'jobs' | 'workloads' | 'nodes' | 'flux' | 'events'>,
  leases: number | null,
): number | null {
  const times: (number | null)[] = [leases];
  for (const event of view.events) times.push(event.last);
  for (const object of [...view.pods, ...view.jobs, ...view.workloads, ...view.nodes, ...view.flux]) {
    times.push(ms(object.metadata.creationTimestamp));
    for (const condition of object.status?.conditions ?? []) times.push(ms(condition.lastTransitionTime));
  }
  for (const node of view.nodes)
    for (const condition of node.status?.conditions ?? []) times.push(ms(condition.lastHeartbeatTime));
  for (const pod of view.pods) {
    for (const container of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
      times.push(ms(container.state?.running?.startedAt), ms(container.state?.terminated?.finishedAt));
    }
  }
  return newest(...times);
}

/** `appliance-client admin` tells itself how its Job ends: it is no part of the appliance, and never a reason why that is not well. */
const isOfAppliance = ({ metadata: { namespace, labels } }: { readonly metadata: shapes.Metadata }): boolean =>
  namespace !== NAMESPACES.workloads || labels?.['app.kubernetes.io/name'] !== OBJECTS.administration;

/** Never throws: what cannot be read is left out. */
export function viewOf(snapshot: Snapshot): View {
  const items = snapshot.kubernetes?.items ?? [];
  const byKind = Map.groupBy(items, (item) => item.kind);
  const of = <T>(reader: ShapeReader<T>, ...kinds: readonly string[]): T[] =>
    kinds.flatMap((kind) => (byKind.get(kind) ?? []).flatMap((item) => reader.read(item) ?? []));

  const events = of(readers.event, 'Event').flatMap((raw) => once(raw) ?? []);
  const eventIndex = Map.groupBy(events, (event) => keyOf(event.kind, event.namespace, event.name));
  const logIndex = Map.groupBy(snapshot.logs ?? [], (log) => `${log.namespace}/${log.pod}`);
  const parts = {
    pods: of(readers.pod, 'Pod').filter(isOfAppliance),
    workloads: of(readers.workload, 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'),
    jobs: of(readers.job, 'Job').filter(isOfAppliance),
    nodes: of(readers.node, 'Node'),
    flux: of(
      readers.flux,
      'GitRepository',
      'OCIRepository',
      'HelmRepository',
      'HelmChart',
      'Bucket',
      'Kustomization',
      'HelmRelease',
    ),
    events,
  };
  const controllers = new Map(
    [...parts.workloads, ...parts.jobs].map((one) => [keyOf(one.kind, one.metadata.namespace, one.metadata.name), one]),
  );
  const beat = newest(...of(readers.lease, 'Lease').map((lease) => ms(lease.spec?.renewTime)));
  return {
    snapshot,
    takenAt: ms(snapshot.takenAt) ?? 0,
    current: snapshot.kubernetes !== undefined && !snapshot.kubernetes.error,
    ...parts,
    claims: of(readers.claim, 'PersistentVolumeClaim'),
    storageClasses: of(readers.storageClass, 'StorageClass'),
    configMaps: of(readers.configMap, 'ConfigMap'),
    // An event tells of one object, not of what there is besides.
    kinds: new Set([...byKind.keys()].filter((kind) => kind !== 'Event')),
    missing: new Set((snapshot.kubernetes?.missing ?? []).map((part) => part.resource)),
    eventsOf: ({ kind, metadata }) => {
      const found = eventIndex.get(keyOf(kind, metadata.namespace, metadata.name)) ?? [];
      // A StatefulSet's pod has its predecessor's name: events of another uid are of another pod.
      return found.filter((event) => !event.uid || !metadata.uid || event.uid === metadata.uid);
    },
    controller: (kind, namespace, name) => controllers.get(keyOf(kind, namespace, name)),
    logsOf: (namespace, pod) => logIndex.get(`${namespace}/${pod}`) ?? [],
    nodeNow: newestTime(parts, beat),
    clockTrusted: beat !== null,
  };
}

import type { RawEvent } from './shapes.ts';
import { ms } from './time.ts';

/** An event in one shape, whichever API gave it. Times are the node's, in milliseconds. */
export interface ClusterEvent {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string | null;
  /** Name of the container it is about, when it is about one. */
  readonly container: string | null;
  readonly warning: boolean;
  readonly reason: string;
  readonly message: string;
  /** How often it was seen; null when the event does not say. */
  readonly count: number | null;
  readonly first: number | null;
  readonly last: number | null;
}

/** Kinds without a namespace; the event itself then lies in `default`. */
const CLUSTER_WIDE = new Set(['Node', 'PersistentVolume', 'Namespace', 'StorageClass']);

const CONTAINER = /^spec\.(?:init|ephemeral)?[cC]ontainers\{([^}]+)\}$/;

/** One shape for core/v1 and events.k8s.io/v1; null for an event without an object. */
export function eventOf(raw: RawEvent): ClusterEvent | null {
  const about = raw.involvedObject?.name ? raw.involvedObject : raw.regarding;
  if (!about?.name || !about.kind) return null;
  const count = raw.series?.count ?? raw.count ?? raw.deprecatedCount ?? null;
  const created = ms(raw.metadata.creationTimestamp);
  const first = ms(raw.firstTimestamp) ?? ms(raw.deprecatedFirstTimestamp) ?? ms(raw.eventTime) ?? created;
  const last =
    ms(raw.series?.lastObservedTime) ??
    ms(raw.lastTimestamp) ??
    ms(raw.deprecatedLastTimestamp) ??
    ms(raw.eventTime) ??
    created ??
    first;
  return {
    kind: about.kind,
    namespace: CLUSTER_WIDE.has(about.kind) ? null : (about.namespace ?? raw.metadata.namespace ?? null),
    name: about.name,
    // The kubelet writes the node's name where its uid belongs (pkg/kubelet, nodeRef).
    uid: about.kind === 'Node' ? null : (about.uid ?? null),
    container: CONTAINER.exec(about.fieldPath ?? '')?.[1] ?? null,
    warning: raw.type === 'Warning',
    reason: raw.reason ?? '',
    message: (raw.message ?? raw.note ?? '').trim(),
    count,
    first,
    last,
  };
}

/**
 * Whether the event is more than a passing one: seen often, over some time, or long after its object was created. An
 * event without times and count is taken as lasting.
 */
export function lasting(event: ClusterEvent, created: number | null, minimumMs = 60_000): boolean {
  if (event.count !== null && event.count >= 3) return true;
  if (event.first !== null && event.last !== null && event.last - event.first >= minimumMs) return true;
  if (created !== null && event.last !== null) return event.last - created >= 2 * minimumMs;
  return event.last === null;
}

import { z } from 'zod';
import { redact } from '../redaction/index.ts';
import { POD_COLUMNS } from '../model/pod-columns.ts';
import type { FieldColumn } from '../model/pod-columns.ts';
import type { KubernetesObject } from '../model/snapshot.ts';
import { componentNamed } from './places.ts';
import type { DeliveryRow, Details, PodRow } from '../model/page.ts';

const text = z.string().optional().catch(undefined);
const status = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: z
    .object({
      waiting: z.object({ reason: text, message: text }).optional(),
      terminated: z.object({ reason: text, exitCode: z.number().default(0) }).optional(),
    })
    .default({}),
});
const named = z.array(z.object({ name: z.string() })).default([]);
const pod = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default(''),
    deletionTimestamp: text,
  }),
  spec: z.object({ containers: named, initContainers: named }),
  status: z.object({
    phase: z.string().default('Unknown'),
    reason: text,
    message: text,
    initContainerStatuses: z.array(status).default([]),
    containerStatuses: z.array(status).default([]),
  }),
});
const delivery = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().default(''), generation: z.number().optional() }),
  spec: z.object({ suspend: z.boolean().default(false) }).default({ suspend: false }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: text, lastTransitionTime: text }))
        .default([]),
      artifact: z.object({ revision: text }).optional(),
      lastAppliedRevision: text,
      lastAttemptedRevision: text,
      history: z.array(z.object({ chartVersion: text })).optional(),
    })
    .default({ conditions: [] }),
});

/** Reasons to wait that belong to every pod's beginning. */
const BEGINNING: readonly string[] = ['PodInitializing', 'ContainerCreating'];

/** The columns that are fields of the pod; null for a field that it lacks, or that has another type. */
function fieldColumns(object: KubernetesObject): Pick<PodRow, FieldColumn>;
function fieldColumns(object: KubernetesObject): Record<string, unknown> {
  return Object.fromEntries(
    POD_COLUMNS.flatMap(({ key, schema, at }) => {
      if (at === undefined) return [];
      const { data = null } = schema.safeParse(fieldAt(object, at));
      return [[key, typeof data === 'string' ? redact(data) : data]];
    }),
  );
}

function fieldAt(object: unknown, at: string): unknown {
  return at.split('.').reduce((found, part) => Object(found)[part], object);
}

function podRow(object: KubernetesObject): PodRow | null {
  const parsed = pod.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, spec, status: seen } = parsed.data;
  const component = componentNamed(metadata.namespace, metadata.name);
  const all = [...seen.initContainerStatuses, ...seen.containerStatuses];
  const waiting = all.find(({ state }) => state.waiting?.reason && !BEGINNING.includes(state.waiting.reason));
  const failed = all.find(({ state, ready }) => !ready && state.terminated && state.terminated.exitCode !== 0);
  const ready = seen.containerStatuses.filter((one) => one.ready).length;
  const starting = all.find(({ state }) => state.waiting?.reason)?.state.waiting?.reason;
  const health = (): PodRow['health'] => {
    if (metadata.deletionTimestamp) return 'progressing';
    if (seen.phase === 'Succeeded') return 'done';
    if (waiting || failed || seen.phase === 'Failed') return 'failed';
    return ready === spec.containers.length && ready > 0 ? 'ready' : 'progressing';
  };
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    component: component?.title ?? null,
    componentName: component?.name ?? null,
    ready,
    containers: spec.containers.map(({ name }) => name),
    initContainers: spec.initContainers.map(({ name }) => name),
    state: metadata.deletionTimestamp
      ? 'Terminating'
      : (waiting?.state.waiting?.reason ??
        failed?.state.terminated?.reason ??
        seen.reason ??
        (seen.phase === 'Pending' ? (starting ?? 'Pending') : seen.phase)),
    health: health(),
    restarts: all.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...fieldColumns(object),
    message: redact(waiting?.state.waiting?.message ?? seen.message ?? ''),
  };
}

function deliveryRow(object: KubernetesObject): DeliveryRow | null {
  const parsed = delivery.safeParse(object);
  if (!parsed.success) return null;
  const { kind, metadata, spec, status: seen } = parsed.data;
  const ready = seen.conditions.find(({ type }) => type === 'Ready');
  const isBehind = metadata.generation !== undefined && seen.observedGeneration !== metadata.generation;
  const health = (): DeliveryRow['health'] => {
    if (spec.suspend) return 'suspended';
    if (!ready) return 'unknown';
    if (ready.status === 'True') return isBehind ? 'progressing' : 'ready';
    return ready.status === 'False' && !isBehind ? 'failed' : 'progressing';
  };
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    health: health(),
    revision:
      seen.artifact?.revision ??
      seen.lastAppliedRevision ??
      seen.history?.[0]?.chartVersion ??
      seen.lastAttemptedRevision ??
      null,
    message: redact(ready?.message ?? ''),
    since: ready?.lastTransitionTime ?? null,
  };
}

/** An object does not change; a changed one is another. Its row is made once. */
function once<Row>(make: (object: KubernetesObject) => Row): (object: KubernetesObject) => Row {
  const known = new WeakMap<KubernetesObject, { row: Row }>();
  return (object) => {
    const { row } = known.get(object) ?? { row: make(object) };
    known.set(object, { row });
    return row;
  };
}
const podRowOf = once(podRow);
const deliveryRowOf = once(deliveryRow);

const byPlace = (one: { namespace: string; name: string }, other: { namespace: string; name: string }) =>
  `${one.namespace}/${one.name}`.localeCompare(`${other.namespace}/${other.name}`);
const WORST_FIRST: readonly PodRow['health'][] = ['failed', 'progressing', 'ready', 'done'];

/** Pods that need attention first; secrets in messages are redacted. */
export function podRowsOf(items: readonly KubernetesObject[]): PodRow[] {
  return items
    .filter(({ kind }) => kind === 'Pod')
    .flatMap((item) => podRowOf(item) ?? [])
    .toSorted((a, b) => WORST_FIRST.indexOf(a.health) - WORST_FIRST.indexOf(b.health) || byPlace(a, b));
}

/** Pods that need attention first. */
export function detailsOf(items: readonly KubernetesObject[]): Details {
  const rowsOf = (...kinds: readonly string[]) =>
    items
      .filter(({ kind }) => kinds.includes(kind))
      .flatMap((item) => deliveryRowOf(item) ?? [])
      .toSorted(byPlace);
  return {
    pods: podRowsOf(items),
    flux: [...rowsOf('GitRepository'), ...rowsOf('Kustomization'), ...rowsOf('HelmRepository', 'HelmChart')],
    helm: rowsOf('HelmRelease'),
  };
}

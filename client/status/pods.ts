import { z } from 'zod';
import { componentNamed } from '../../kubernetes/places.ts';
import type { ClusterReader } from '../../observation/index.ts';

const container = z.looseObject({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: z
    .looseObject({
      waiting: z.looseObject({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      terminated: z.looseObject({ reason: z.string().optional(), exitCode: z.number().optional() }).optional(),
    })
    .default({}),
});
const podShape = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().default(''),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z
    .looseObject({ containers: z.array(z.looseObject({ name: z.string() })).default([]) })
    .default({ containers: [] }),
  status: z
    .looseObject({
      phase: z.string().default('Unknown'),
      reason: z.string().optional(),
      initContainerStatuses: z.array(container).default([]),
      containerStatuses: z.array(container).default([]),
    })
    .default({ phase: 'Unknown', initContainerStatuses: [], containerStatuses: [] }),
});

/** A pod as the table shows it. */
export interface PodRow {
  readonly namespace: string;
  readonly name: string;
  /** The component of the appliance that it belongs to; null for the platform's own pods. */
  readonly component: string | null;
  readonly ready: string;
  readonly state: string;
  readonly restarts: number;
  readonly createdAt: string | null;
  readonly message: string;
  readonly containers: readonly string[];
}

const TIMEOUT_MS = 10_000;

/** Takes a reader, gives every pod of the cluster, sorted by namespace and name. */
export async function listPods(reader: ClusterReader, signal: AbortSignal): Promise<PodRow[]> {
  const { items } = await reader.list({
    resource: { apiVersion: 'v1', plural: 'pods', kind: 'Pod' },
    pageSize: 500,
    signal,
    timeoutMs: TIMEOUT_MS,
  });
  return items
    .map((item) => rowOf(podShape.parse(item)))
    .toSorted((one, other) => `${one.namespace}/${one.name}`.localeCompare(`${other.namespace}/${other.name}`));
}

function rowOf({ metadata, spec, status }: z.infer<typeof podShape>): PodRow {
  const containers = status.containerStatuses;
  const all = [...status.initContainerStatuses, ...containers];
  const waiting = all.find(({ state }) => state.waiting?.reason && state.waiting.reason !== 'PodInitializing');
  const failed = all.find(({ state }) => state.terminated && (state.terminated.exitCode ?? 0) !== 0);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    component: componentNamed(metadata.namespace, metadata.name)?.name ?? null,
    ready: `${containers.filter(({ ready }) => ready).length}/${spec.containers.length}`,
    state: metadata.deletionTimestamp
      ? 'Terminating'
      : (waiting?.state.waiting?.reason ?? failed?.state.terminated?.reason ?? status.reason ?? status.phase),
    restarts: all.reduce((sum, { restartCount }) => sum + restartCount, 0),
    createdAt: metadata.creationTimestamp ?? null,
    message: waiting?.state.waiting?.message ?? '',
    containers: spec.containers.map(({ name }) => name),
  };
}

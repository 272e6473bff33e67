import { z } from 'zod';
import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';

/** A container whose last words are worth reading; `previous` when the one that failed has been restarted since. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
}

const state = z.object({
  waiting: z.object({ reason: z.string().optional() }).optional(),
  running: z.object({}).optional(),
  terminated: z.object({ exitCode: z.number().optional() }).optional(),
});
const statuses = z
  .array(
    z.object({
      name: z.string(),
      ready: z.boolean().optional(),
      restartCount: z.number().optional(),
      state: state.optional(),
      lastState: state.optional(),
    }),
  )
  .optional();
const podShape = z.object({
  kind: z.literal('Pod'),
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
  }),
  status: z.object({ phase: z.string().optional(), initContainerStatuses: statuses, containerStatuses: statuses }),
});

/**
 * Containers that failed or are running without being ready, and those of the newest bootstrap pod whatever its state
 * (its log carries the result of the seeds: no exec is needed). Newest pods first, at most `limit`.
 */
export function logSources(items: readonly KubernetesObject[], limit: number): LogSource[] {
  const pods = items
    .flatMap((item) => {
      const parsed = podShape.safeParse(item);
      return parsed.success && !parsed.data.metadata.deletionTimestamp ? [parsed.data] : [];
    })
    .toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''));
  const bootstrap = pods.find(
    (pod) =>
      pod.metadata.namespace === NAMESPACES.workloads && pod.metadata.name.startsWith(OBJECTS.bootstrapJobPrefix),
  );
  const found: LogSource[] = [];
  for (const pod of pods) {
    for (const container of [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])]) {
      const { namespace, name } = pod.metadata;
      const ended = container.state?.terminated;
      const hasRun =
        ended !== undefined || container.state?.running !== undefined || container.lastState?.terminated !== undefined;
      const failed = (ended && ended.exitCode !== 0) || container.lastState?.terminated !== undefined;
      const unready = container.state?.running !== undefined && container.ready === false;
      const wanted = pod === bootstrap ? hasRun : hasRun && container.ready !== true && (failed || unready);
      if (!wanted || (ended?.exitCode === 0 && pod !== bootstrap)) continue;
      found.push({ namespace, pod: name, container: container.name, previous: false });
      const restarted = container.state?.running !== undefined && (container.restartCount ?? 0) > 0;
      if (restarted) found.push({ namespace, pod: name, container: container.name, previous: true });
    }
  }
  return found.slice(0, limit);
}

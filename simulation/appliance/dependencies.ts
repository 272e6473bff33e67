import { NAMESPACES, OBJECTS } from '../../model/appliance.ts';
import { isTrue } from '../cluster/objects.ts';
import type { Workload } from '../cluster/objects.ts';
import { all, find } from '../cluster/store.ts';
import type { Stage } from '../world/stage.ts';

/** What a program of the appliance waits for before its own work begins. */
export type Dependency = 'database' | 'pgbouncer' | 'temporal' | 'bootstrap';

const WORKLOADS = {
  database: { kind: 'StatefulSet', namespace: NAMESPACES.workloads, name: 'db' },
  pgbouncer: { kind: 'Deployment', namespace: NAMESPACES.workloads, name: 'pgbouncer' },
  temporal: { kind: 'Deployment', namespace: NAMESPACES.workloads, name: 'temporal' },
} as const;

/** True for a workload with a ready pod, or a completed bootstrap Job. */
export function isUp(stage: Stage, dependency: Dependency): boolean {
  if (dependency === 'bootstrap') {
    return all<Workload>(stage, 'Job', NAMESPACES.workloads).some(
      (job) => job.metadata.name.startsWith(OBJECTS.bootstrapJobPrefix) && isTrue(job, 'Complete'),
    );
  }
  return isServing(find<Workload>(stage, WORKLOADS[dependency]));
}

/** True when a workload has at least one ready pod. */
export function isServing(workload: Workload | null): boolean {
  return (workload?.status?.readyReplicas ?? 0) > 0;
}

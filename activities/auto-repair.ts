import { viewOf } from '../kubernetes/view.ts';
import type { Blocker } from '../model/blocker.ts';
import type { RepairEntry } from '../model/repair.ts';
import {
  hindrance,
  isBeingRepaired,
  readRepairs,
  remediesFor,
  repair,
  settleRepairs,
  subjectOf,
} from '../remedies/index.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Reading } from '../status/index.ts';
import type { PhaseContext } from './phase-context.ts';
import { ClusterError } from './ports/kubernetes.ts';
import type { Cluster } from './ports/kubernetes.ts';

/** What a look at the appliance has seen. */
interface Look extends Pick<Reading, 'blockers' | 'graph'> {
  readonly snapshot: Snapshot;
}

/** Repairs what a look calls for, and gives the blockers that are left: without those whose object is being repaired. */
export type Mender = (look: Look) => Promise<readonly Blocker[]>;

/**
 * The automatic repairs of one wait (`start --no-auto-repair` forbids them). They are recorded in the cluster, with what was seen before
 * and after; an object is repaired three times an hour at most. A repair that fails leaves the blocker as it is.
 */
export function createMender(context: PhaseContext, cluster: Cluster): Mender {
  const { spec, ports, signal } = context;
  if (spec.autoRepair === false) return async ({ blockers }) => blockers;
  const repairing = { cluster, by: 'install', now: () => ports.clock.now(), signal } as const;
  let entries: readonly RepairEntry[] | null = null;
  return async (look) => {
    const view = viewOf(look.snapshot);
    const seen = { view, causes: look.graph.causes };
    const remedies = remediesFor(seen).filter(({ automatic }) => automatic);
    const isOpen = entries === null || entries.some(({ after }) => after === null);
    if (remedies.length === 0 && !isOpen) return look.blockers;
    try {
      if (isOpen) await settleRepairs(repairing, seen);
      if (remedies.length > 0 && hindrance(view) === null) {
        for (const { object, does } of await repair(repairing, remedies)) context.see(`the repair of ${object}`, does);
      }
      entries = await readRepairs(cluster, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ClusterError)) throw error;
      context.see('an automatic repair', error.message);
      return look.blockers;
    }
    const now = ports.clock.now();
    const repaired = new Set(
      seen.causes.flatMap((cause) =>
        entries !== null && isBeingRepaired(entries, subjectOf(view, cause), now) ? cause.blocker : [],
      ),
    );
    return look.blockers.filter((blocker) => !repaired.has(blocker));
  };
}

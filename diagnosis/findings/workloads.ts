import { COMPONENTS } from '../../model/appliance.ts';
import type { Workload } from '../../kubernetes/shapes.ts';
import { placeOf } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { decidedBy, emptyReport, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import { isComplete } from './history.ts';
import { lookAtCreation } from './jobs.ts';

/** True when a workload has fewer pods than it wants, so that words about refused pods still hold. */
function lacksPods(view: View, workload: Workload): boolean {
  if (isComplete(workload)) return false;
  const wanted = workload.spec?.replicas ?? workload.status?.desiredNumberScheduled ?? 1;
  if (wanted === 0) return false;
  const own = view.pods.filter(
    (pod) =>
      pod.metadata.namespace === workload.metadata.namespace &&
      !pod.metadata.deletionTimestamp &&
      pod.metadata.ownerReferences?.some(
        (owner) => owner.kind === workload.kind && owner.name === workload.metadata.name,
      ),
  );
  return own.length < wanted;
}

/** A program may take this long from its start until it is Ready; a rollout's deadline counts the pull of its image too. */
const START_MS = 2 * 60_000;

/** Says whether a container of one of the workload's pods started a moment ago. */
function justStarted(view: View, object: string): boolean {
  return view.pods.some(
    (pod) =>
      placeOf(view, pod).above.includes(object) &&
      pod.status?.containerStatuses?.some((one) => {
        const started = ms(one.state?.running?.startedAt);
        return started !== null && view.nodeNow !== null && view.nodeNow - started < START_MS;
      }),
  );
}

/** Whether a component that must run is scaled to zero; it is not a rollout, and does not fix itself. */
function isScaledToZero({ kind, spec }: Workload, component: string): boolean {
  const known = COMPONENTS.find((one) => one.name === component);
  const mustRun = known !== undefined && !known.optional && known.tier !== 'platform' && known.kind === kind;
  return mustRun && spec?.replicas === 0;
}

const stated = (object: string, reason: string, message: string): Statement => ({
  source: 'workload',
  object,
  reason,
  message,
  at: null,
});

/** Workloads whose pods are refused, and rollouts that are stuck. */
export function lookAtWorkloads(view: View): Report {
  const report = emptyReport();
  for (const workload of view.workloads) {
    if (workload.metadata.deletionTimestamp) continue;
    const place = placeOf(view, workload);
    if (isScaledToZero(workload, place.component)) {
      const message = `${workload.kind} ${workload.metadata.name} is scaled to zero and runs no pods`;
      report.findings.push(finding('scaled-to-zero', place, [stated(place.object, 'ScaledToZero', message)]));
      continue;
    }
    if (isComplete(workload)) continue;
    if (workload.kind !== 'Deployment' && lacksPods(view, workload)) lookAtCreation(view, workload, place, report);
    if (workload.kind !== 'Deployment') continue;
    const conditions = workload.status?.conditions ?? [];
    const refused = conditions.find((one) => one.type === 'ReplicaFailure' && one.status === 'True');
    if (refused?.message) {
      const statement: Statement = {
        source: 'workload',
        object: place.object,
        reason: refused.reason ?? 'ReplicaFailure',
        message: refused.message,
        at: ms(refused.lastTransitionTime),
      };
      const found = firstMatch('admission', [statement]);
      report.findings.push(
        finding(found?.match.rule.code ?? 'unknown-failure', place, decidedBy(statement, []), {
          facts: found?.match.facts ?? {},
        }),
      );
      continue;
    }
    const stuck = conditions.find((one) => one.type === 'Progressing' && one.status === 'False');
    const current = (workload.status?.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0);
    if (stuck && current) {
      const statement: Statement = {
        source: 'workload',
        object: place.object,
        reason: stuck.reason ?? 'ProgressDeadlineExceeded',
        message: stuck.message ?? 'the rollout makes no progress',
        at: ms(stuck.lastTransitionTime),
      };
      if (justStarted(view, place.object)) ruleOut(report, place, statement, 'its pod has started since');
      else report.findings.push(finding('unknown-failure', place, [statement]));
    }
  }
  return report;
}

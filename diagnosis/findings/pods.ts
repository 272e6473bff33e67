import type { Pod } from '../../kubernetes/shapes.ts';
import { nameOf, type Place, placeOf } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { type Stage, stageOf } from './container.ts';
import { endedContainer } from './ended.ts';
import { emptyReport, finding, type Report, ruleOut, type Statement } from './finding.ts';
import { historyOf, isComplete } from './history.ts';
import { pullFailed, pullUnderWay } from './pull.ts';
import { preparing } from './preparing.ts';
import { refusedByNode } from './refused.ts';
import { startFailed } from './start.ts';
import { unreadyContainer } from './unready.ts';
import type { Suspect } from './suspect.ts';
import { unscheduled } from './unscheduled.ts';

/** The containers of a pod in the order in which they run. */
function suspects(view: View, pod: Pod, place: Place): Suspect[] {
  const each = (init: boolean): Suspect[] => {
    const specs = (init ? pod.spec?.initContainers : pod.spec?.containers) ?? [];
    const statuses = (init ? pod.status?.initContainerStatuses : pod.status?.containerStatuses) ?? [];
    const names = [...new Set([...specs.map((one) => one.name), ...statuses.map((one) => one.name)])];
    return names.map((name) => {
      const spec = specs.find((one) => one.name === name);
      const status = statuses.find((one) => one.name === name) ?? null;
      return { view, pod, place, name, image: spec?.image ?? status?.image ?? null, init, spec, status };
    });
  };
  return [...each(true), ...each(false)];
}

function judge(suspect: Suspect, stage: Stage, report: Report): void {
  switch (stage.kind) {
    case 'pull':
      return pullFailed(suspect, stage, report);
    case 'config':
      return startFailed(suspect, stage, report);
    case 'ended':
      return endedContainer(suspect, stage, report);
    case 'unready':
      return unreadyContainer(suspect, stage, report);
    case 'preparing':
      return pullUnderWay(suspect, report);
    case 'fine':
      return;
  }
}

/** A pod ends within its grace period; one that is still there so long after it is held by something. */
const ENDS_WITHIN_MS = 10 * 60_000;

/** Adds a pod that should have ended but did not; true if so. */
function doesNotEnd(view: View, pod: Pod, place: Place, report: Report): boolean {
  const due = ms(pod.metadata.deletionTimestamp);
  if (due === null || view.nodeNow === null || view.nodeNow - due < ENDS_WITHIN_MS) return false;
  const isReplaced = view.workloads.some((one) => place.above.includes(nameOf(one)) && isComplete(one));
  if (isReplaced) return false;
  const message = `the pod should have ended at ${pod.metadata.deletionTimestamp} and still exists`;
  report.findings.push(
    finding('unknown-failure', place, [
      { source: 'pod', object: place.object, reason: 'Terminating', message, at: due },
    ]),
  );
  return true;
}

/** What is wrong with the pod, what is in progress, and what only looks wrong. */
function lookAtPod(view: View, pod: Pod, report: Report): void {
  const place = placeOf(view, pod);
  if (doesNotEnd(view, pod, place, report)) return;
  const past = historyOf(view, pod, place);
  if (past) {
    const last = view.eventsOf(pod).findLast((event) => event.warning);
    const statement: Statement = last
      ? {
          source: 'event',
          object: place.object,
          reason: last.reason,
          message: last.message,
          at: last.last,
          count: last.count,
        }
      : {
          source: 'pod',
          object: nameOf(pod),
          reason: pod.status?.reason ?? pod.status?.phase ?? '',
          message: pod.status?.message ?? '',
          at: ms(pod.status?.startTime),
        };
    if (statement.message !== '') ruleOut(report, place, statement, past);
    return;
  }
  if (refusedByNode(view, pod, place, report)) return;
  if (unscheduled(view, pod, place, report)) return;
  const all = suspects(view, pod, place);
  const before = report.findings.length;
  for (const suspect of all) {
    if (suspect.status) judge(suspect, stageOf(suspect.status, suspect.init, suspect.spec), report);
  }
  if (report.findings.length === before) preparing(view, pod, place, all, report);
}

export function lookAtPods(view: View): Report {
  const report = emptyReport();
  for (const pod of view.pods) lookAtPod(view, pod, report);
  return report;
}

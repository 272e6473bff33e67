import { lasting } from '../../kubernetes/events.ts';
import type { Pod } from '../../kubernetes/shapes.ts';
import type { Place } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';

/** Takes a pod, says whether it waits for a node; adds why it finds none when that has lasted. */
export function unscheduled(view: View, pod: Pod, place: Place, report: Report): boolean {
  if (pod.spec?.nodeName || (pod.status?.containerStatuses?.length ?? 0) > 0) return false;
  const condition = pod.status?.conditions?.find((one) => one.type === 'PodScheduled');
  const events = view
    .eventsOf(pod)
    .filter((event) => event.reason === 'FailedScheduling')
    .toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
  if (condition?.status === 'True' || (condition?.status !== 'False' && events.length === 0)) return false;
  const created = ms(pod.metadata.creationTimestamp);
  const statements: Statement[] = [
    ...(condition?.message
      ? [
          {
            source: 'pod',
            object: place.object,
            reason: condition.reason ?? 'Unschedulable',
            message: condition.message,
            at: ms(condition.lastTransitionTime),
          },
        ]
      : []),
    ...events.map((event) => ({
      source: 'event',
      object: place.object,
      reason: event.reason,
      message: event.message,
      at: event.last,
      first: event.first,
      count: event.count,
    })),
  ];
  const first = statements[0];
  if (!first) return true;
  const found = firstMatch('schedule', statements);
  const age = created === null || view.nodeNow === null ? null : view.nodeNow - created;
  const patient =
    events.length > 0
      ? !events.some((event) => lasting(event, created, 30_000)) && age !== null && age < 60_000
      : view.clockTrusted && age !== null && age < 30_000;
  if (patient) {
    ruleOut(report, place, first, 'it has only just been asked for');
    return true;
  }
  report.findings.push(
    finding(found?.match.rule.code ?? 'unknown-failure', place, decidedBy(found?.statement ?? first, statements), {
      facts: found?.match.facts ?? {},
    }),
  );
  return true;
}

import { lasting } from '../../kubernetes/events.ts';
import type { BlockerCode } from '../../model/blocker.ts';
import type { Node, Pod } from '../../kubernetes/shapes.ts';
import type { Place } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { isGhost, isReady } from './nodes.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';

/** Reasons of the scheduler that a Node object confirms or refutes. */
const SETTLED_BY_NODE: Readonly<Partial<Record<BlockerCode, (node: Node) => boolean>>> = {
  'node-cordoned': (node) => node.spec?.unschedulable === true,
  'node-not-ready': (node) => !isReady(node),
};

/** True while the pod is waiting for a node; adds why it finds none once that has lasted. */
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
    ruleOut(report, place, first, 'it was requested only recently');
    return true;
  }
  const code = found?.match.rule.code ?? 'unknown-failure';
  // The scheduler's words are of its last attempt; the node itself says how it is.
  const stale = SETTLED_BY_NODE[code];
  if (stale && view.nodes.length > 0 && !view.nodes.some((node) => !isGhost(view, node) && stale(node))) {
    ruleOut(report, place, found?.statement ?? first, 'the node takes pods again');
    return true;
  }
  const node = view.nodes.find(({ spec }) => spec?.unschedulable === true)?.metadata.name;
  report.findings.push(
    finding(code, place, decidedBy(found?.statement ?? first, statements), {
      facts: { ...found?.match.facts, ...(code === 'node-cordoned' && node !== undefined && { node }) },
    }),
  );
  return true;
}

import type { Pod } from '../../kubernetes/shapes.ts';
import type { Place } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { isRestarting, RESTARTING, SHUTTING_DOWN } from './restart.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';

/**
 * For a pod that the node evicted or refused (phase Failed with a reason of the kubelet's): adds why; true if it was
 * one.
 */
export function refusedByNode(view: View, pod: Pod, place: Place, report: Report): boolean {
  const { phase, reason = '', message = '', startTime } = pod.status ?? {};
  if (phase !== 'Failed' || reason === '' || reason === 'Error') return false;
  const evictions = view.eventsOf(pod).filter((event) => event.reason === 'Evicted' || event.reason === 'Preempted');
  const state: Statement = {
    source: 'pod',
    object: place.object,
    reason,
    message: message || reason,
    at: evictions.at(-1)?.last ?? ms(startTime),
  };
  const all: Statement[] = [
    state,
    ...evictions.map((event) => ({
      source: 'event',
      object: place.object,
      reason: event.reason,
      message: event.message,
      at: event.last,
      first: event.first,
      count: event.count,
    })),
  ];
  if (SHUTTING_DOWN.test(message) && isRestarting(view)) {
    ruleOut(report, place, state, RESTARTING);
    return true;
  }
  const named = all.map((one) => ({ ...one, message: `${one.reason}: ${one.message}` }));
  const found = firstMatch('evict', named);
  const decided = all[named.findIndex((one) => one === found?.statement)] ?? state;
  const code = found?.match.rule.code ?? (/^DeadlineExceeded$/.test(reason) ? 'unknown-failure' : 'evicted');
  report.findings.push(finding(code, place, decidedBy(decided, all), { facts: found?.match.facts ?? {} }));
  return true;
}

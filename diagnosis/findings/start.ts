import { ms, newest } from '../../kubernetes/time.ts';
import type { Stage } from './container.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import type { Suspect } from './suspect.ts';
import { lasting } from '../../kubernetes/events.ts';

/** A container cannot be made or started: its state says why, events say how often. */
export function startFailed(suspect: Suspect, stage: Extract<Stage, { kind: 'config' }>, report: Report): void {
  const { place, pod, view } = suspect;
  const events = view
    .eventsOf(pod)
    .filter(
      (event) =>
        event.warning &&
        (event.container === null || event.container === suspect.name) &&
        /^(?:Failed|BackOff)/.test(event.reason),
    )
    .toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
  const statements: Statement[] = events.map((event) => ({
    source: 'event',
    object: place.object,
    reason: event.reason,
    message: event.message,
    at: event.last,
    first: event.first,
    count: event.count,
  }));
  const state: Statement = {
    source: 'pod',
    object: place.object,
    reason: stage.reason,
    message: stage.message || stage.reason,
    at: newest(...statements.map((one) => one.at)) ?? ms(pod.status?.startTime) ?? ms(pod.metadata.creationTimestamp),
  };
  const lastWords = suspect.status?.lastState?.terminated?.message;
  const ended: Statement[] = lastWords ? [{ ...state, reason: 'StartError', message: lastWords }] : [];
  const all = [state, ...ended, ...statements.filter((one) => one.reason === 'Failed')];
  const found =
    firstMatch(stage.domain, all) ?? firstMatch('start', all) ?? firstMatch('config', all) ?? firstMatch('volume', all);
  const code = found?.match.rule.code ?? (stage.domain === 'start' ? 'start-command-failed' : 'unknown-failure');
  const decided = found?.statement ?? state;

  // A Secret that is made a second after the pod that needs it is the ordinary course of an install.
  const created = ms(pod.metadata.creationTimestamp);
  const own = events.filter((event) => event.reason === 'Failed');
  if (found?.match.rule.transient && own.length > 0 && !own.some((event) => lasting(event, created, 30_000))) {
    ruleOut(report, place, decided, 'seen only once or twice: what it needs may still be starting');
    return;
  }
  const facts = { ...found?.match.facts, container: suspect.name, ...(suspect.image ? { image: suspect.image } : {}) };
  report.findings.push(finding(code, place, decidedBy(decided, [state, ...statements]), { facts }));
}

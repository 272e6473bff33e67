import type { ClusterEvent } from '../../kubernetes/events.ts';
import type { Probe } from '../../kubernetes/shapes.ts';
import { ms } from '../../kubernetes/time.ts';
import type { Stage } from './container.ts';
import { endedContainer, isOwnWord, PATIENT_RESTARTS, verdictOf } from './ended.ts';
import { SAYS_NOT_WHY } from '../says-not-why.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import { factsOfLog } from './log.ts';
import { endedBeforeRestart } from './restart.ts';
import type { Suspect } from './suspect.ts';

/** Every program may take this long before its probe passes, whatever the probe itself grants. */
const GRACE_MS = 120_000;
/** A program that keeps exiting runs for less than this between two exits. */
const BRIEF_RUN_MS = 60_000;
const FEWEST_FAILURES = 5;
/** So often the same words are said before they are believed of a program that still runs. */
const INSISTENT_TIMES = 3;

/** How long a probe lets a program be before it gives up, in milliseconds (Kubernetes' defaults: 10 s, 3 times). */
function patience(probe: Probe | undefined): number {
  if (!probe) return 0;
  return ((probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10) * (probe.failureThreshold ?? 3)) * 1000;
}

function failuresOf(suspect: Suspect): ClusterEvent[] {
  const started = ms(suspect.status?.state?.running?.startedAt);
  return suspect.view
    .eventsOf(suspect.pod)
    .filter(
      (event) =>
        /^(?:Unhealthy|ProbeWarning|ProbeError)$/.test(event.reason) &&
        (event.container === null || event.container === suspect.name) &&
        (started === null || event.last === null || event.last >= started),
    )
    .toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
}

/** A container runs and is not ready: starting, waiting, or failing its probe past its grace. */
export function unreadyContainer(suspect: Suspect, stage: Extract<Stage, { kind: 'unready' }>, report: Report): void {
  const { place, view, spec } = suspect;
  const started = ms(stage.startedAt);
  const failures = failuresOf(suspect);
  const seen = failures[0]?.last ?? view.nodeNow ?? view.takenAt;
  const running = started === null ? null : seen - started;

  // Between two exits a looping program runs for a moment: what it died of the last time still holds.
  const brief = running !== null && running < BRIEF_RUN_MS;
  const { ended, restarts } = stage;
  const died = ended !== null && ended.exitCode !== 0 && !endedBeforeRestart(view, ended);
  if (died && restarts >= PATIENT_RESTARTS && brief) {
    return endedContainer(
      suspect,
      { kind: 'ended', reason: 'CrashLoopBackOff', ended, restarts, looping: true },
      report,
    );
  }

  const statements: Statement[] = failures.map((event) => ({
    source: 'event',
    object: place.object,
    reason: event.reason,
    message: event.message,
    at: event.last,
    first: event.first,
    count: event.count,
  }));
  const verdict = verdictOf(suspect);
  const state: Statement = {
    source: 'pod',
    object: place.object,
    reason: 'NotReady',
    message: `container ${suspect.name} is running but not ready`,
    at: started,
  };
  const logged: Statement | null = verdict.known
    ? {
        source: 'log',
        object: place.object,
        reason: 'log',
        message: verdict.known.line,
        at: seen,
        count: verdict.known.times,
      }
    : null;
  const facts = { ...factsOfLog(verdict), ...verdict.known?.match.facts, container: suspect.name };

  const count = failures.reduce((sum, event) => sum + (event.count ?? 1), 0);
  const span = Math.max(running ?? 0, ...failures.map((event) => (event.last ?? 0) - (event.first ?? event.last ?? 0)));
  const grace = Math.max(GRACE_MS, patience(spec?.startupProbe), patience(spec?.livenessProbe ?? spec?.readinessProbe));
  const overdue = span >= grace || (running === null && failures.every((event) => event.last === null));
  const persistent = count >= FEWEST_FAILURES && overdue;

  // A log that says the same known error again and again tells more than the probe that fails for it.
  // One that does not pass by waiting need not be waited for; a restart by a probe does not make it younger.
  const insistent =
    logged !== null &&
    (verdict.known?.times ?? 0) >= INSISTENT_TIMES &&
    (verdict.known?.match.rule.transient !== true || persistent || (stage.init && span >= grace) || span >= 2 * grace);
  const knownOnce = logged !== null && persistent;
  if (verdict.known && logged && (insistent || knownOnce)) {
    report.findings.push(
      finding(verdict.known.match.rule.code, place, decidedBy(logged, [...statements, state]), { facts }),
    );
    return;
  }
  const top = statements[0];
  if (!top || stage.init) {
    if (logged) ruleOut(report, place, logged, 'the program is still running and may become ready');
    return;
  }
  const found = firstMatch('probe', statements, (match) => isOwnWord(place.component, match));
  const told =
    found &&
    !SAYS_NOT_WHY.has(found.match.rule.code) &&
    !found.match.rule.transient &&
    (found.statement.count ?? 1) >= INSISTENT_TIMES;
  if (!persistent && !told) {
    ruleOut(report, place, top, `${count} failed probes, within the start-up time of the program`);
    return;
  }
  const code = found?.match.rule.code ?? 'probe-failing';
  report.findings.push(
    finding(code, place, decidedBy(found?.statement ?? top, [...statements, state]), {
      facts: { ...facts, ...found?.match.facts },
      complaints: verdict.complaints,
    }),
  );
}

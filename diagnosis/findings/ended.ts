import type { BlockerCode } from '../../model/blocker.ts';
import type { Match } from '../classify.ts';
import type { PodLog } from '../../model/snapshot.ts';
import type { Pod } from '../../kubernetes/shapes.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import type { Stage } from './container.ts';
import { lastWords, overruled } from './job-result.ts';
import { hasFailed, isComplete } from './job-state.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import { factsOfLog, type LogVerdict, NOTHING_SAID, readLog } from './log.ts';
import { endedBeforeRestart, isRestarting } from './restart.ts';
import type { Suspect } from './suspect.ts';

/** So often a program may exit while what it needs is still coming up. */
export const PATIENT_RESTARTS = 3;

/** Words of its clients stand in a server's own log; they are not why the server ended. */
const CLIENT_WORDS: Readonly<Record<string, readonly BlockerCode[]>> = {
  db: [
    'database-auth-failed',
    'database-missing',
    'database-unreachable',
    'pgbouncer-auth-failed',
    'redis-auth-failed',
    'temporal-schema-missing',
    'migration-failed',
  ],
  redis: ['redis-auth-failed'],
};

/** PgBouncer's short words ("login failed") are only its own in its own log. */
export function isOwnWord(component: string, match: Match): boolean {
  return match.rule.code !== 'pgbouncer-auth-failed' || component === 'pgbouncer' || !match.source.includes('own log');
}

/** Which rules can apply to the log of the component's own programs. */
export function meantHere(component: string): (match: Match) => boolean {
  const foreign = CLIENT_WORDS[component] ?? [];
  return (match) => {
    return !foreign.includes(match.rule.code) && isOwnWord(component, match);
  };
}

/** The logs of one container, the one that ended before those that run. What it said before its node was restarted is history. */
export function logsOf({ view, pod, name, status }: Suspect): readonly PodLog[] {
  const isHistory = endedBeforeRestart(view, status?.lastState?.terminated);
  return view
    .logsOf(pod.metadata.namespace ?? '', pod.metadata.name)
    .filter((log) => (log.container === name || log.container === '') && log.text.trim() !== '')
    .filter((log) => !(log.previous && isHistory))
    .toSorted((a, b) => Number(b.previous) - Number(a.previous));
}

/** The verdict of the first log that knows one; else of the first that has an error line. */
export function verdictOf(suspect: Suspect): LogVerdict {
  const verdicts = logsOf(suspect).map((log) => readLog(log.text, meantHere(suspect.place.component)));
  const known = verdicts.find((one) => one.known);
  if (!known?.known) return verdicts.find((one) => one.lastError) ?? NOTHING_SAID;
  // What was said before the last restart was said, too.
  const { code } = known.known.match.rule;
  const times = verdicts.reduce((sum, one) => sum + (one.known?.match.rule.code === code ? one.known.times : 0), 0);
  return { ...known, known: { ...known.known, times } };
}

function howItEnded(stage: Extract<Stage, { kind: 'ended' }>): string {
  const { exitCode, signal, reason } = stage.ended;
  if (exitCode === undefined) return stage.reason;
  const words = signal ? `signal ${signal}` : `exit code ${exitCode}`;
  return `${reason && reason !== 'Error' ? `${reason}, ` : ''}${words}${stage.restarts > 0 ? `, ${stage.restarts} restarts` : ''}`;
}

/** How often a job has started a pod that failed, while it continues; null for a pod of no such job. */
function attemptsOf(view: View, pod: Pod): number | null {
  const owners = pod.metadata.ownerReferences?.filter((owner) => owner.kind === 'Job').map((owner) => owner.name) ?? [];
  const job = view.jobs.find(
    (one) => one.metadata.namespace === pod.metadata.namespace && owners.includes(one.metadata.name),
  );
  return job && !isComplete(job) && !hasFailed(job) && pod.status?.phase === 'Failed'
    ? (job.status?.failed ?? 1)
    : null;
}

/** A container ended and is restarted repeatedly, or has ended for good: its state, its last words and its log say why. */
export function endedContainer(suspect: Suspect, stage: Extract<Stage, { kind: 'ended' }>, report: Report): void {
  const { place, pod, view } = suspect;
  const { ended, restarts } = stage;
  const at = ms(ended.finishedAt) ?? ms(pod.status?.startTime) ?? ms(pod.metadata.creationTimestamp);
  const state: Statement = {
    source: 'pod',
    object: place.object,
    reason: stage.reason,
    message: `container ${suspect.name}: ${howItEnded(stage)}`,
    at,
    count: Math.max(1, restarts),
  };
  const last = lastWords(ended);
  const words: Statement | null = last.message
    ? { ...state, reason: ended.reason ?? stage.reason, message: last.message }
    : null;
  const verdict = overruled(verdictOf(suspect), last);
  const line = verdict.known?.line ?? verdict.lastError;
  const logged: Statement | null = line
    ? { source: 'log', object: place.object, reason: 'log', message: line, at, count: verdict.known?.times ?? 1 }
    : null;
  const facts = {
    ...factsOfLog(verdict),
    container: suspect.name,
    detail: howItEnded(stage),
    ...(suspect.image ? { image: suspect.image } : {}),
  };
  const company = [logged, words, state].filter((one) => one !== null);
  const add = (code: BlockerCode, decided: Statement, more = {}) => {
    const { complaints } = verdict;
    report.findings.push(
      finding(code, place, decidedBy(decided, company), { facts: { ...facts, ...more }, complaints }),
    );
  };

  if (ended.reason === 'OOMKilled') return add('out-of-memory', state);
  const told = words ? (firstMatch('start', [words]) ?? firstMatch('log', [words])) : null;
  const known = verdict.known?.match ?? told?.match ?? null;
  const killed = view
    .eventsOf(pod)
    .find((event) => event.reason === 'Killing' && /failed (?:liveness|startup) probe/i.test(event.message));
  const byProbe = killed && (ended.exitCode === 137 || ended.exitCode === 143 || ended.exitCode === 0);

  const attempts = attemptsOf(view, pod);
  // Most of the restarts that are counted are of other days; what it needs is only starting.
  const counted = isRestarting(view) ? Math.min(restarts, 1) : restarts;
  const forGood = pod.status?.phase === 'Failed' && attempts === null;
  const ends = attempts ?? counted;
  const patient = ends < PATIENT_RESTARTS && !forGood;
  if (known && meantHere(place.component)(known)) {
    if (known.rule.transient && patient) {
      ruleOut(
        report,
        place,
        logged ?? words ?? state,
        `it has ended ${Math.max(1, ends)} times: what it needs may still be starting`,
      );
      return;
    }
    return add(known.rule.code, verdict.known ? (logged ?? state) : (words ?? state), known.facts);
  }
  if (byProbe && counted >= 2)
    return add('probe-failing', {
      ...state,
      source: 'event',
      reason: 'Killing',
      message: killed.message,
      at: killed.last,
      count: killed.count,
    });
  if (ended.exitCode === 126 || ended.exitCode === 127 || ended.exitCode === 128)
    return add('start-command-failed', words ?? logged ?? state);
  if (patient) {
    ruleOut(report, place, logged ?? state, `it has ended ${Math.max(1, ends)} times, which is not yet a loop`);
    return;
  }
  const otherwise = place.component === 'bootstrap' ? 'bootstrap-job-failed' : 'crash-loop';
  add(last.code ?? otherwise, logged ?? words ?? state);
}

import type { Job } from '../../kubernetes/shapes.ts';
import { matchText } from '../classify.ts';
import { lastWords, overruled } from './job-result.ts';
import { bootstrapJob, conditionOf, hasFailed, isComplete, jobLogs, podsOfJob, replacementOf } from './job-state.ts';
import { nameOf, type Place, placeOf } from '../../kubernetes/places.ts';
import { iso, ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { meantHere } from './ended.ts';
import { decidedBy, emptyReport, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import { factsOfLog, readLog } from './log.ts';
import { usersCountOf } from './users.ts';

function failedJob(view: View, job: Job, place: Place, report: Report): void {
  const failed = conditionOf(job, 'Failed') ?? conditionOf(job, 'FailureTarget');
  if (!failed) return;
  const at = ms(failed.lastTransitionTime) ?? ms(job.status?.startTime);
  const state: Statement = {
    source: 'job',
    object: place.object,
    reason: failed.reason ?? 'Failed',
    message: failed.message ?? 'the job failed',
    at,
  };
  const accepts = meantHere(place.component);
  const last = lastWordsOf(view, job);
  const verdicts = jobLogs(view, job).map((log) => ({ log, verdict: overruled(readLog(log.text, accepts), last) }));
  const told = verdicts.find((one) => one.verdict.known) ?? verdicts.find((one) => one.verdict.lastError);
  const line = told?.verdict.known?.line ?? told?.verdict.lastError;
  const logged: Statement | null =
    told && line
      ? { source: 'log', object: `Pod ${told.log.namespace}/${told.log.pod}`, reason: 'log', message: line.trim(), at }
      : null;
  const words: Statement | null = last?.message
    ? { source: 'pod', object: last.object, reason: 'Error', message: last.message, at }
    : null;
  const byWords = !told?.verdict.known && words ? matchText('log', words.message, accepts) : null;
  const facts = {
    ...(words ? { line: words.message.slice(0, 300) } : {}),
    ...(told ? factsOfLog(told.verdict) : {}),
    ...(told?.verdict.known?.match ?? byWords)?.facts,
  };
  const code =
    (told?.verdict.known?.match ?? byWords)?.rule.code ??
    last?.code ??
    (place.component === 'bootstrap' ? 'bootstrap-job-failed' : 'unknown-failure');
  const decided = byWords ? words : (logged ?? words);
  const company = [logged, words, state].filter((one) => one !== null);
  report.findings.push(
    finding(code, place, decidedBy(decided ?? state, company), { facts, complaints: told?.verdict.complaints ?? '' }),
  );
}

/** The database's setup runs: what it makes is not there yet. */
function setupUnderWay(view: View, job: Job, place: Place, report: Report): void {
  const status = podsOfJob(view, job)[0]?.status;
  const begun = ms(status?.containerStatuses?.[0]?.state?.running?.startedAt);
  if (hasFailed(job) || status?.phase !== 'Running' || begun === null) return;
  report.operations.push({
    kind: 'job',
    component: place.component,
    tier: place.tier,
    object: place.object,
    image: null,
    startedAt: iso(begun),
    elapsedSeconds: view.nodeNow === null ? null : Math.max(0, Math.round((view.nodeNow - begun) / 1000)),
    sizeBytes: null,
    progressAvailable: false,
    progressReason: 'see its log for progress',
    message: 'Setting up the database',
    above: [place.object, ...place.above],
  });
}

/** The last words of the job's newest pod that left some, and what its exit says. */
function lastWordsOf(view: View, job: Job) {
  for (const pod of podsOfJob(view, job)) {
    for (const status of pod.status?.containerStatuses ?? []) {
      const ended = status.state?.terminated;
      if (ended && ended.exitCode !== 0 && ended.message) return { ...lastWords(ended), object: nameOf(pod) };
    }
  }
  return null;
}

/** Jobs that failed for good or cannot create their pods. A job that a newer one replaced is history. */
export function lookAtJobs(view: View): Report {
  const report = emptyReport();
  const newest = bootstrapJob(view);
  for (const job of view.jobs) {
    const place = placeOf(view, job);
    const replacement = replacementOf(view, job);
    const failed = conditionOf(job, 'Failed');
    if (isComplete(job) && job === newest && usersCountOf(view, job) === 0) {
      const line = 'the job completed, but no users exist';
      const statement: Statement = {
        source: 'job',
        object: place.object,
        reason: 'NoUsers',
        message: line,
        at: ms(job.status?.completionTime),
      };
      report.findings.push(finding('bootstrap-job-failed', place, [statement], { facts: { line } }));
      continue;
    }
    if (isComplete(job) || replacement || job.metadata.deletionTimestamp) {
      if (failed && replacement) {
        const statement = {
          source: 'job',
          object: place.object,
          reason: failed.reason ?? 'Failed',
          message: failed.message ?? '',
          at: ms(failed.lastTransitionTime),
        };
        ruleOut(report, place, statement, `a newer job, ${replacement.metadata.name}, has replaced it`);
      }
      continue;
    }
    if (job === newest) setupUnderWay(view, job, place, report);
    failedJob(view, job, place, report);
    lookAtCreation(view, job, place, report);
  }
  return report;
}

/** For everything that creates pods (a Job, a ReplicaSet, a StatefulSet): adds why the API server refuses them. */
export function lookAtCreation(view: View, maker: Parameters<View['eventsOf']>[0], place: Place, report: Report): void {
  const events = view
    .eventsOf(maker)
    .filter((event) => event.warning && /^Failed(?:Create|Update)$|^ReplicaSetCreateError$/.test(event.reason))
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
  const top = statements[0];
  if (!top) return;
  const found = firstMatch('admission', statements);
  report.findings.push(
    finding(found?.match.rule.code ?? 'unknown-failure', place, decidedBy(found?.statement ?? top, statements), {
      facts: found?.match.facts ?? {},
    }),
  );
}

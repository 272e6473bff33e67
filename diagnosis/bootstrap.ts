import { redact } from '../redaction/index.ts';
import type { StatusDocument } from '../model/status.ts';
import { bootstrapJob, conditionOf, isComplete, jobLogs } from './findings/job-state.ts';
import { usersCountOf } from './findings/users.ts';
import { nameOf } from '../kubernetes/places.ts';
import type { View } from '../kubernetes/view.ts';

/** So many lines of the job's log go into the document, the telling one on top. */
const LINES = 20;
const TELLING = /\b(?:ERROR|FATAL|error|failed|fatal)\b/;

/** The database setup's own result: no command is run in any pod for it. */
export function bootstrapOf(view: View): StatusDocument['bootstrap'] {
  if (!view.current) return { job: null, state: 'unknown', logs: [], seed: { usersCount: null } };
  const job = bootstrapJob(view);
  if (!job)
    return {
      job: null,
      state: view.missing.has('jobs') || view.kinds.size === 0 ? 'unknown' : 'absent',
      logs: [],
      seed: { usersCount: null },
    };
  const usersCount = usersCountOf(view, job);
  // A key or a folded value continues over several lines: secrets are taken out before the lines are.
  const logs = redact(jobLogs(view, job)[0]?.text ?? '');
  const failed = conditionOf(job, 'Failed') !== undefined || (isComplete(job) && usersCount === 0);
  const lines = logs.split('\n').filter((line) => line.trim() !== '');
  const tail = lines.slice(-LINES);
  const telling = failed ? lines.findLast((line) => TELLING.test(line)) : undefined;
  return {
    job: nameOf(job).replace(/^Job /, ''),
    state: failed ? 'failed' : isComplete(job) ? 'succeeded' : 'running',
    logs: [...(telling ? [telling] : []), ...tail.filter((line) => line !== telling)],
    seed: { usersCount },
  };
}

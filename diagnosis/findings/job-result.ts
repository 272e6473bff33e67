import { z } from 'zod';
import type { BlockerCode } from '../../model/blocker.ts';
import type { Terminated } from '../../kubernetes/shapes.ts';
import type { LogVerdict } from './log.ts';

const result = z.object({
  job: z.string().startsWith('alga-bootstrap/'),
  error: z.string().nullish(),
  exitCode: z.number(),
  usersCount: z.number().nullish(),
});

/** What the bootstrap job says of itself at its end (charts/alga-core/files/bootstrap/result.mjs). */
export type JobResult = z.infer<typeof result>;

/** What its exit codes mean (stop.mjs there), for when its words are of no known kind. */
const MEANING: Readonly<Record<number, BlockerCode>> = {
  10: 'database-auth-failed',
  11: 'bootstrap-existing-data',
  12: 'bootstrap-job-failed',
  20: 'database-unreachable',
  21: 'bootstrap-job-failed',
  22: 'bootstrap-job-failed',
};

/** Exit codes by which the job reports that a retry cannot fix it: what it once waited for in its log is overtaken. */
const FINAL = new Set([10, 11, 12]);

/** The last words of a container that ended. */
export interface LastWords {
  readonly message: string;
  /** What its exit says, when it left a result. */
  readonly code: BlockerCode | null;
  /** They are the reason, whatever else stands in the log. */
  readonly isFinal: boolean;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Null if the message is not a result, or was cut short. */
export function jobResult(message: string | undefined): JobResult | null {
  return message?.startsWith('{') ? (result.safeParse(parsed(message)).data ?? null) : null;
}

/** Its last words as a sentence. */
export function lastWords(ended: Terminated): LastWords {
  const found = jobResult(ended.message);
  if (!found) return { message: ended.message ?? '', code: null, isFinal: false };
  const isFinal = FINAL.has(found.exitCode) && (found.error ?? '') !== '';
  return { message: found.error ?? '', code: MEANING[found.exitCode] ?? null, isFinal };
}

/** The log's verdict, as far as it still counts beside the program's last words. */
export function overruled(verdict: LogVerdict, last: LastWords | null): LogVerdict {
  const isSaidLast = verdict.known !== null && last?.message.includes(verdict.known.line);
  return last?.isFinal && !isSaidLast ? { ...verdict, known: null } : verdict;
}

import { z } from 'zod';
import type { BlockerCode } from '../../model/blocker.ts';
import type { Terminated } from '../view/objects.ts';

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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Takes a termination message, gives the job's result; null when it is none, or was cut short. */
export function jobResult(message: string | undefined): JobResult | null {
  return message?.startsWith('{') ? (result.safeParse(parsed(message)).data ?? null) : null;
}

/** Takes how a container ended, gives its last words as a sentence and the code that its exit says, when it left a result. */
export function lastWords(ended: Terminated): { readonly message: string; readonly code: BlockerCode | null } {
  const found = jobResult(ended.message);
  return found
    ? { message: found.error ?? '', code: MEANING[found.exitCode] ?? null }
    : { message: ended.message ?? '', code: null };
}

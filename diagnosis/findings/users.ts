import type { Job } from '../../kubernetes/shapes.ts';
import type { View } from '../../kubernetes/view.ts';
import { jobResult } from './job-result.ts';
import { jobLogs, podsOfJob } from './job-state.ts';

/** How the job says how many users there are: `usersCount: 3`, `users=3`, `3 users`, JSON alike. */
const USERS =
  /"?\busers?[_ ]?(?:count|total|rows)?"?\s*(?:[:=]|is|has|contains)\s*"?(\d+)\b|\b(\d+) (?:existing )?(?:users?|rows? in users)\b/i;
const SEEDS_RAN = /\bseed(?:s|ed|ing)?\b(?!.{0,300}\bskip)/i;

/** The last number of users in the text; null if it has none that still counts. */
export function usersIn(text: string): number | null {
  const lines = text.split('\n');
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const found = USERS.exec(lines[index] ?? '');
    const number = found?.[1] ?? found?.[2];
    if (number === undefined) continue;
    // "no users yet, running seeds" was true before the seeds ran.
    const overtaken = Number(number) === 0 && lines.slice(index + 1).some((line) => SEEDS_RAN.test(line));
    return overtaken || (Number(number) === 0 && /running seeds|seeding/i.test(lines[index] ?? ''))
      ? null
      : Number(number);
  }
  return null;
}

/** How many users the job found or created: from its last words, else from its log; null if neither says. */
export function usersCountOf(view: View, job: Job): number | null {
  const last = podsOfJob(view, job)
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .map((status) => status.state?.terminated?.message ?? '');
  const [told] = last.map((message) => jobResult(message)?.usersCount ?? null).filter((count) => count !== null);
  if (told !== undefined) return told;
  return usersIn(last.join('\n')) ?? usersIn(jobLogs(view, job)[0]?.text ?? '');
}

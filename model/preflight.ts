import { z } from 'zod';

/** One preflight check with its answer. A hard one that fails stops the install; a soft one is a warning. */
export const preflightCheck = z.strictObject({
  id: z.string(),
  title: z.string(),
  group: z.enum(['operator', 'node', 'release', 'git', 'images']),
  result: z.enum(['passed', 'failed', 'warning', 'skipped']),
  detail: z.string(),
});
export type PreflightCheck = z.infer<typeof preflightCheck>;

import { z } from 'zod';
import { kept, open } from './objects.ts';

/** One preflight check with its result. A hard one that fails stops the install; a soft one is a warning. */
export const preflightCheck = kept({
  id: z.string(),
  title: z.string(),
  group: open(['operator', 'node', 'release', 'git', 'images']),
  result: open(['passed', 'failed', 'warning', 'skipped']),
  detail: z.string(),
});
export type PreflightCheck = z.infer<typeof preflightCheck>;

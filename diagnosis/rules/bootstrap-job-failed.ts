import { RETRY, advise, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The bootstrap job ended and no line above explains why. */
export const rule: Rule = {
  code: 'bootstrap-job-failed',
  title: 'The database setup failed',
  retry: 'manual',
  domains: [],
  wordings: [],
  reason: ({ facts }) => `The database setup job ended without success${facts?.line ? `: ${facts.line}` : ''}.`,
  advice: () =>
    advise`Read its last lines: ${client('logs', 'bootstrap')}. Fix the reported error (a missing seed folder means a bad image: choose another release), then ${RETRY}.`,
};

import { appliance } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The bootstrap job ended and no line above explains why. */
export const rule: Rule = {
  code: 'bootstrap-job-failed',
  title: 'The database setup failed',
  retry: 'manual',
  domains: [],
  wordings: [],
  reason: ({ facts }) => `The database setup job ended without success${facts?.line ? `: ${facts.line}` : ''}.`,
  nextAction: (context) =>
    `Read its last lines: \`${appliance(context, 'logs bootstrap')}\`, mend what they name (a missing seed folder is a matter of the image: choose another release), then \`${appliance(context, 'retry')}\`. The installer goes on with a new setup Job.`,
};

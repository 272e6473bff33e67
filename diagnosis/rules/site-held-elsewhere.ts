import { advise, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Another operator holds the site: the appliance's Lease, or the folder, says so. Nothing was written. */
export const rule: Rule = {
  code: 'site-held-elsewhere',
  title: 'Another operator holds this site',
  retry: 'automatic',
  domains: ['operator'],
  wordings: [],
  reason: ({ facts }) =>
    `The site is held by ${facts?.user ?? 'another operator'}. This machine does nothing, and nothing was written.`,
  advice: () =>
    advise`Continue on the machine that holds it: ${client('resume')}. To take the site over to this machine, which stops the work on the other one: ${client('resume', '--take-over')}.`,
};

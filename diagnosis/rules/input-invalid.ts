import { advise, anew, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** What was asked for cannot be done as given. */
export const rule: Rule = {
  code: 'input-invalid',
  title: 'An input is invalid',
  retry: 'after-change',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `An input is invalid${facts?.key ? `: ${facts.key}` : ''}${facts?.detail ? ` (${facts.detail})` : ''}.`,
  advice: () =>
    advise`Correct it: ${client('set', '--help')} lists the inputs that can change in a running install. For any other input: ${anew()} with the right flag.`,
};

import { anew, appliance } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** What was asked for cannot be done as given. */
export const rule: Rule = {
  code: 'input-invalid',
  title: 'An input is not valid',
  retry: 'after-change',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `An input is not valid${facts?.key ? `: ${facts.key}` : ''}${facts?.detail ? ` (${facts.detail})` : ''}.`,
  nextAction: (context) =>
    `Correct it: \`${appliance(context, 'set --help')}\` lists what can be changed in a running install; for all else ${anew(context, 'start')} with the right flag.`,
};

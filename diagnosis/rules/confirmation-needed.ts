import { advise, anew, client, named } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Something would be destroyed, and this was not confirmed. */
export const rule: Rule = {
  code: 'confirmation-needed',
  title: 'A confirmation is needed',
  retry: 'manual',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `To continue would destroy data${facts?.detail ? ` (${facts.detail})` : ''}, and this was not confirmed.`,
  advice: (context) =>
    advise`To destroy the data permanently: ${client('start', '--fresh', '--destroy', named(context.facts?.dataId, 'id'))}, with the same inputs as the install. To keep it: ${anew('--recover')}.`,
};

import { anew } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** Something would be destroyed, and nobody has agreed to it. */
export const rule: Rule = {
  code: 'confirmation-needed',
  title: 'A confirmation is needed',
  retry: 'manual',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `Going on would destroy data${facts?.detail ? ` (${facts.detail})` : ''}, and nobody has agreed to that.`,
  nextAction: (context) =>
    `If the data may go: ${anew(context, 'start --fresh')}, and type the site's name. To keep it: ${anew(context, 'start --recover')}.`,
};

import { anew, appliance } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The release manifest or channel cannot be used. */
export const rule: Rule = {
  code: 'release-invalid',
  title: 'The release cannot be used',
  retry: 'after-change',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `The release${facts?.release ? ` ${facts.release}` : ''} is missing or its manifest is not valid${facts?.detail ? `: ${facts.detail}` : ''}.`,
  nextAction: (context) =>
    `\`${appliance(context, 'releases')}\` lists what there is. To begin with another: ${anew(context, 'start --release <version>')}.`,
};

import { appliance } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The worker has no folder of this site, or not the inputs that the install goes by. Nothing was done with others. */
export const rule: Rule = {
  code: 'site-folder-missing',
  title: 'This machine does not have the site’s folder',
  retry: 'automatic',
  domains: ['operator'],
  wordings: [],
  reason: ({ facts }) =>
    `The inputs of this install cannot be read on the machine where its worker runs${facts?.detail ? `: ${facts.detail}` : ''}. No step is done without them.`,
  nextAction: (context) =>
    `If the install was begun on this machine, the same order as then puts its inputs back: \`${appliance(context, 'start')}\` with the same flags (\`--fresh\` or \`--recover\` is one of them). Else copy the site's folder from the machine that began it${context.facts?.path ? ` to ${context.facts.path}` : ''}, with its subfolder \`inputs\`; or run \`${appliance(context, 'resume')}\` there.`,
};

import { advise, client, asCode } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The worker has no folder of this site, another's, or not the inputs that the install goes by. Nothing was done. */
export const rule: Rule = {
  code: 'site-folder-missing',
  title: 'This machine does not have the site’s folder',
  retry: 'automatic',
  domains: ['operator'],
  wordings: [],
  reason: ({ facts }) =>
    `The inputs of this install cannot be read on the machine where its worker runs${facts?.detail ? `: ${facts.detail}` : ''}. No step runs without them.`,
  advice: (context) =>
    advise`If the install was started on this machine, start it again with the same inputs to restore them: ${client('start')} with the same flags (${asCode('--fresh')} or ${asCode('--recover')} is one of them). Otherwise copy the site folder from the machine that started it${context.facts?.path ? ` to ${context.facts.path}` : ''}, with its subfolder ${asCode('inputs')}; or run ${client('resume')} there.`,
};

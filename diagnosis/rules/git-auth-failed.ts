import { RETRY, advise, named, run } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The Git server refuses this machine's credentials. */
export const rule: Rule = {
  code: 'git-auth-failed',
  title: 'The Git server refuses the credentials',
  retry: 'after-change',
  domains: ['git'],
  wordings: [
    {
      pattern:
        /authentication failed|could not read (?:Username|Password)|permission denied|access denied|terminal prompts disabled|repository (?:'[^']*' )?not found|returned error: 40[13]|invalid (?:username|credentials)|host key verification failed|bad credentials|\b40[13]\b/i,
      source: 'git, OpenSSH, GitHub',
    },
  ],
  reason: ({ facts }) =>
    `The Git server${facts?.url ? ` of ${facts.url}` : ''} refuses the credentials of this machine, or requires credentials.`,
  advice: (context) =>
    advise`Test it: ${run('git', 'ls-remote', named(context.facts?.url, 'repository'))}, and give Git a token or key that may read it. Then ${RETRY}.`,
};

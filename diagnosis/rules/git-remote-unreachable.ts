import { RECHECKS_OR_NOW, advise, named, run } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The Git server does not answer this machine. */
export const rule: Rule = {
  code: 'git-remote-unreachable',
  title: 'The Git server cannot be reached from this machine',
  retry: 'automatic',
  domains: ['git'],
  wordings: [
    {
      pattern:
        /failed to connect|connection (?:refused|timed out|reset)|couldn't connect|network is unreachable|no route to host|operation timed out|timed? ?out|unable to access|returned error: 5\d\d|early EOF|remote end hung up|could not read from remote repository|SSL|TLS|ECONN|unable to connect/i,
      source: 'git remote-curl, OpenSSH',
    },
  ],
  reason: ({ facts }) => `The Git server${facts?.url ? ` of ${facts.url}` : ''} does not answer this machine.`,
  advice: (context) =>
    advise`Check network and proxy: ${run('git', 'ls-remote', named(context.facts?.url, 'repository'))}. ${RECHECKS_OR_NOW}`,
};

import { advise, holeFor, set } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The branch is not on the Git server. */
export const rule: Rule = {
  code: 'git-branch-missing',
  title: 'The branch does not exist on the Git server',
  retry: 'after-change',
  domains: ['git'],
  wordings: [
    {
      pattern:
        /remote branch (?<branch>\S+) not found|couldn't find remote ref ?(?<ref>\S+)?|unknown revision|branch .{0,80}(?:not found|does not exist)|did not match any/i,
      source: 'git',
    },
  ],
  reason: ({ facts }) =>
    `The branch ${facts?.branch ?? facts?.ref ?? 'of this install'} does not exist on the Git server.`,
  advice: () => advise`Push it, or choose one that exists: ${set('--branch', holeFor('branch'))}.`,
};

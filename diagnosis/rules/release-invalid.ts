import { advise, anew, client, holeFor } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The release manifest or channel cannot be used. */
export const rule: Rule = {
  code: 'release-invalid',
  title: 'The release cannot be used',
  retry: 'after-change',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `The release${facts?.release ? ` ${facts.release}` : ''} is missing or its manifest is invalid${facts?.detail ? `: ${facts.detail}` : ''}.`,
  advice: () =>
    advise`${client('releases')} lists the available releases. To start with another: ${anew('--release', holeFor('version'))}.`,
};

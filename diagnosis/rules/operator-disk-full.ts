import { RECHECKS_OR_NOW, SITES_FOLDER, advise, run } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** This machine, not the node, has no disk space. */
export const rule: Rule = {
  code: 'operator-disk-full',
  title: 'This machine’s disk is full',
  retry: 'automatic',
  domains: ['operator', 'git'],
  wordings: [{ pattern: /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i, source: 'errno 28 and 122' }],
  reason: ({ facts }) => `No space left on this machine${facts?.path ? ` at ${facts.path}` : ''}.`,
  advice: () => advise`Free space on the disk that holds ${SITES_FOLDER} (${run('df', '-h')}). ${RECHECKS_OR_NOW}`,
};

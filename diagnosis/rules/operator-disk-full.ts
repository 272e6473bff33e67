import { appliance } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** This machine, not the node, has no disk space. */
export const rule: Rule = {
  code: 'operator-disk-full',
  title: 'This machine’s disk is full',
  retry: 'automatic',
  domains: ['operator', 'git'],
  wordings: [{ pattern: /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i, source: 'errno 28 and 122' }],
  reason: ({ facts }) => `There is no space left on this machine${facts?.path ? ` at ${facts.path}` : ''}.`,
  nextAction: (context) =>
    `Free some space where \`~/.alga-psa-appliance\` lies (\`df -h ~\`). The installer looks again by itself; at once: \`${appliance(context, 'retry')}\`.`,
};

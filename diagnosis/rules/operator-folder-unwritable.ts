import { appliance, fileOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The site's folder cannot be written. */
export const rule: Rule = {
  code: 'operator-folder-unwritable',
  title: 'The site’s folder cannot be written',
  retry: 'after-change',
  domains: ['operator'],
  wordings: [{ pattern: /(?:EACCES|EPERM|EROFS|permission denied|read-only file system)/i, source: 'Node fs' }],
  reason: (context) => `The folder ${context.facts?.path ?? fileOf(context, '')} cannot be written by you.`,
  nextAction: (context) =>
    `Make it yours: \`sudo chown -R "$USER" ${context.facts?.path ?? fileOf(context, '')}\`, or choose another with ALGA_APPLIANCE_HOME. Then \`${appliance(context, 'retry')}\`.`,
};

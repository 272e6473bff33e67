import { RETRY, SHELL_USER, advise, fileWord, named, run } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The site's folder cannot be written. */
export const rule: Rule = {
  code: 'operator-folder-unwritable',
  title: 'The site’s folder cannot be written',
  retry: 'after-change',
  domains: ['operator'],
  wordings: [{ pattern: /(?:EACCES|EPERM|EROFS|permission denied|read-only file system)/i, source: 'Node fs' }],
  reason: ({ facts }) => `You have no permission to write the folder ${facts?.path ?? 'of this site'}.`,
  advice: (context) =>
    advise`Take ownership of it: ${run('sudo', 'chown', '-R', SHELL_USER, context.facts?.path === undefined ? fileWord('') : named(context.facts.path, 'folder'))}, or choose another folder with ALGA_APPLIANCE_HOME. Then ${RETRY}.`,
};

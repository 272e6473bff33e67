import { advise, kubectl } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The process may not read, write or bind what it needs. */
export const rule: Rule = {
  code: 'permission-denied',
  title: 'A process has no permission for what it needs',
  retry: 'after-change',
  domains: ['log', 'start', 'config'],
  wordings: [
    {
      pattern:
        /EACCES:? ?(?:permission denied)?,? ?(?:(?:\w+) '(?<path>[^']+)')?|EPERM: operation not permitted|listen EACCES/i,
      source: 'Node fs and net',
    },
    {
      pattern:
        /(?<!\/[\w.@-]*)(?<path>\/[\w/.@-]+)['"]?: (?:Permission denied|Operation not permitted|Read-only file system)|Permission denied|permission denied|Operation not permitted|operation not permitted|Read-only file system|EROFS/i,
      source: 'strerror of EACCES, EPERM, EROFS',
    },
    {
      pattern:
        /data directory "(?<path>[^"]+)" has (?:invalid permissions|wrong ownership|group or world access)|Permissions should be u=rwx|AccessDeniedException|PermissionError|must be run as|running as root|"root" execution of/i,
      source: 'Postgres miscinit.c, Java, Python',
    },
  ],
  unless:
    /permission denied for (?:schema|table|relation|database|sequence|function|view|language|type|tablespace)|permission denied to|\(publickey|code = PermissionDenied/i,
  reason: ({ object, facts }) =>
    `A process in ${object} has no permission to read, write or bind what it needs${facts?.path ? `: ${facts.path}` : ''}.`,
  advice: (context) =>
    advise`Compare the user that the container runs as with the owner of the volume: ${describe(context)} and ${kubectl('-n', 'msp', 'get', 'pvc')}. The chart must set fsGroup (or an init step must chown the folder); choose a release in which it does.`,
};

import { advise, kubectl } from '../../model/advice.ts';
import { recreatePod } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A volume's subPath cannot be made. */
export const rule: Rule = {
  code: 'volume-subpath-failed',
  title: 'A folder on a volume cannot be created',
  retry: 'after-change',
  domains: ['config', 'volume', 'start'],
  wordings: [
    {
      pattern:
        /failed to (?:create|prepare) sub ?path (?:directory )?(?:for volumeMount "(?<volume>[\w.-]+)")?|subpath|failed to prepare subPath for volumeMount "(?<path>[\w.-]+)"/i,
      source: 'kubelet kubelet_pods.go makeMounts; appliance contract',
    },
  ],
  reason: ({ object, facts }) =>
    `The folder on the volume ${facts?.volume ?? facts?.path ?? ''} that ${object} mounts cannot be created.`.replace(
      / {2,}/g,
      ' ',
    ),
  advice: (context) =>
    advise`The init step that creates the folder must run first: ${recreatePod(context)} runs it again. If it fails again, the volume is not writable (${kubectl('-n', 'msp', 'get', 'pvc')}) or the chart lacks the step: choose a release whose chart has it.`,
};

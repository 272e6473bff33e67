import { kubectl, recreatePod } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A volume's subPath cannot be made. */
export const rule: Rule = {
  code: 'volume-subpath-failed',
  title: 'A volume’s folder cannot be made',
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
    `The folder on the volume ${facts?.volume ?? facts?.path ?? ''} that ${object} mounts cannot be made.`.replace(
      / {2,}/g,
      ' ',
    ),
  nextAction: (context) =>
    `The init step that makes the folder must run first: \`${recreatePod(context)}\` starts it again. If it fails again, the chart lacks the step or the volume is not writable: \`${kubectl(context, '-n msp get pvc')}\`, and take a release whose chart has it.`,
};

import { advise } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A volume cannot be attached or mounted. */
export const rule: Rule = {
  code: 'volume-mount-failed',
  title: 'A volume cannot be mounted',
  retry: 'automatic',
  transient: true,
  domains: ['volume', 'schedule', 'start', 'config'],
  wordings: [
    {
      pattern:
        /MountVolume\.\w+ failed for volume "(?<volume>[^"]+)"|Unable to (?:attach or )?mount volumes|Multi-Attach error|AttachVolume\.\w+ failed|FailedAttachVolume|FailedMapVolume|MapVolume\.\w+ failed|VolumeFailed/i,
      source: 'kubelet, attach-detach controller',
    },
    {
      pattern:
        /hostPath type check failed|mount failed: exit status \d+|wrong fs type|volume node affinity conflict|failed to mount|error mounting|bind source path does not exist|is not a (?:directory|mountpoint)|failed to generate .{0,20}spec.{0,60}(?:\bstat\b|\bmkdir\b|\bpath\b)|not a (?:shared|slave) mount|path .{0,80}does not exist/i,
      source: 'Kubernetes volume plugins, kube-scheduler VolumeBinding',
    },
  ],
  unless: /failed to sync (?:secret|configmap) cache|object "[^"]+"\/"[^"]+" not registered|sub ?path/i,
  reason: ({ object, facts }) =>
    `The volume ${facts?.volume ?? ''} of ${object} cannot be attached or mounted.`.replace(/ {2,}/g, ' '),
  advice: (context) =>
    advise`Check which path fails and why: ${describe(context)}. The appliance's data is on the node under /var/mnt/alga-data: that disk must exist, be mounted and be intact. The kubelet retries automatically.`,
};

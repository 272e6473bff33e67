import { advise } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A pod was evicted. */
export const rule: Rule = {
  code: 'evicted',
  title: 'A pod was evicted',
  retry: 'automatic',
  domains: ['evict'],
  wordings: [
    {
      pattern:
        /low on resource: |exceed(?:s|ed) (?:its )?(?:the )?(?:total )?(?:limit|request|local ephemeral)|Usage of EmptyDir volume|ephemeral local storage usage exceeds|Evicted|evicted|Preempt|TerminationByKubelet|node is shutting down|imminent node shutdown|had condition: \[/i,
      source: 'kubelet eviction manager',
    },
  ],
  reason: ({ object }) => `${object} was evicted from the node and was not replaced.`,
  advice: (context) =>
    advise`Check what the node lacked: ${describe(context)}. Give the machine more of it; the controller creates a new pod as soon as the node has room.`,
};

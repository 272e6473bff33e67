import { RECHECKS, advise, talosctl } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The node is NotReady and nothing below explains it. */
export const rule: Rule = {
  code: 'node-not-ready',
  title: 'The node is not ready',
  retry: 'automatic',
  domains: ['node', 'schedule', 'talos'],
  wordings: [
    {
      pattern:
        /kubelet stopped posting node status|PLEG is not healthy|container runtime is down|container runtime status check may not have completed|kubelet (?:is )?not ready/i,
      source: 'node lifecycle controller, kubelet runtime state',
    },
    {
      pattern:
        /(?:untolerated|had|that have) taint \{node\.kubernetes\.io\/(?:not-ready|unreachable)|node\(s\) (?:were|was) not ready|NodeNotReady|some nodes are not ready/i,
      source: 'kube-scheduler taint toleration filter',
    },
  ],
  reason: ({ object }) => `${object} is not Ready, so pods on it may not run or be reachable.`,
  advice: (context) =>
    advise`Check the kubelet: ${talosctl(context, 'service', 'kubelet')}, ${talosctl(context, 'logs', 'kubelet')} and ${describe(context)}. If the machine hangs, restart it: ${talosctl(context, 'reboot')}. ${RECHECKS}`,
};

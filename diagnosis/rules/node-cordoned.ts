import { RECHECKS, advise, kubectl, named } from '../../model/advice.ts';
import { namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The scheduler may place nothing on the node. */
export const rule: Rule = {
  code: 'node-cordoned',
  title: 'The node is cordoned',
  retry: 'automatic',
  domains: ['schedule'],
  wordings: [
    {
      pattern:
        /node\(s\) (?:were|was) unschedulable|(?:untolerated|had|that have) taint \{node\.kubernetes\.io\/unschedulable/i,
      source: 'kube-scheduler nodeunschedulable and tainttoleration filters',
    },
  ],
  reason: ({ object }) =>
    `The node is cordoned (seen at ${object}): Kubernetes places no new pods on it. What already runs there keeps running.`,
  advice: (context) => {
    const node = named(context.facts?.node ?? namedObject(context.object)?.name, 'node');
    return advise`If no maintenance is in progress, allow pods on it again: ${kubectl('uncordon', node)}. ${RECHECKS}`;
  },
};

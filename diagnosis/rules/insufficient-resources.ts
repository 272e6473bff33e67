import { advise } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The scheduler has no room: CPU, memory, pods. */
export const rule: Rule = {
  code: 'insufficient-resources',
  title: 'The node has too few resources',
  retry: 'after-change',
  domains: ['schedule', 'evict', 'admission'],
  wordings: [
    {
      pattern: /Insufficient (?<detail>[\w./-]+)|Too many pods|taint \{node\.kubernetes\.io\/(?:memory|pid)-pressure/,
      source: 'kube-scheduler NodeResourcesFit',
    },
    {
      pattern:
        /Node didn't have enough (?:resource: ?|capacity: ?)(?<detail>[\w./-]+)|OutOf(?:cpu|memory|pods|ephemeral-storage)/i,
      source: 'kubelet admission, lifecycle/predicate.go',
    },
    { pattern: /not enough (?:cpu|memory|resources)|exceeds node allocatable/i, source: 'kubelet, Talos' },
  ],
  reason: ({ object, facts }) =>
    `${object} does not fit on the node${facts?.detail ? `: not enough ${facts.detail}` : ''}.`,
  advice: (context) =>
    advise`Give the machine more CPU and memory (the release says how much), or remove other workloads from it. ${describe(context)} shows what is requested and what is free. The pod is scheduled automatically when it fits.`,
};

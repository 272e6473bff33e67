import { anew, nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** Nothing answers on the maintenance API: the node is off, elsewhere or already installed. */
export const rule: Rule = {
  code: 'talos-maintenance-unreachable',
  title: 'The node does not answer in maintenance mode',
  retry: 'automatic',
  domains: ['talos'],
  wordings: [
    { pattern: /timed out waiting for (?:the )?Talos maintenance API/i, source: 'appliance contract, real signals' },
    {
      pattern: /maintenance (?:API|mode|service).{0,60}(?:unreachable|not reachable|no answer|timed out|time-?out)/i,
      source: 'appliance contract',
    },
  ],
  reason: (context) =>
    `Nothing answers on the Talos maintenance API of ${nodeOf(context)}: the node is off, has another address, or is already installed.`,
  nextAction: (context) =>
    `Look at the machine's console: it must show Talos in "Maintenance" with the address ${nodeOf(context)}. If it shows another address, run ${anew(context, 'start --fresh --node-ip <ip>')}; if it is already installed, ${anew(context, 'start --recover')}. The installer keeps looking.`,
};

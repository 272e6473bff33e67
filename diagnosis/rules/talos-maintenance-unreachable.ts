import { RECHECKS, advise, anew, holeFor } from '../../model/advice.ts';
import { nodeOf } from '../commands.ts';
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
    `The Talos maintenance API of ${nodeOf(context)} does not answer: the node is off, has another address, or is already installed.`,
  advice: (context) =>
    advise`Check the console of the machine: it must show Talos in "Maintenance" with the address ${nodeOf(context)}. If it shows another address, run ${anew('--fresh', '--node-ip', holeFor('ip'))}; if it is already installed, ${anew('--recover')}. ${RECHECKS}`,
};

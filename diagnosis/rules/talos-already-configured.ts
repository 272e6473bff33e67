import { advise, anew, fileOfSite } from '../../model/advice.ts';
import { nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The node answers, but not in maintenance mode. */
export const rule: Rule = {
  code: 'talos-already-configured',
  title: 'The node is already installed',
  retry: 'manual',
  domains: ['talos'],
  wordings: [
    {
      pattern: /remote error: tls: (?:certificate required|bad certificate)/i,
      source: 'Talos apid answers a client without a certificate; Go tls alerts 116 and 42',
    },
    {
      pattern: /not in maintenance mode|node is already (?:configured|installed)|already configured/i,
      source: 'appliance contract, installer facts',
    },
  ],
  reason: (context) =>
    `The node ${nodeOf(context)} answers, but it is not in maintenance mode: it already has a machine configuration.`,
  advice: () =>
    advise`If this site installed it, keep its files and run ${anew('--recover')} (needs ${fileOfSite('talosconfig')}). For a fresh install, boot the machine from the Talos medium with an empty disk so that it comes up in maintenance mode.`,
};

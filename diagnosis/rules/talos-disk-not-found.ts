import { advise, anew, holeFor, named, oneWord, run } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The install disk is not on the node. */
export const rule: Rule = {
  code: 'talos-disk-not-found',
  title: 'The install disk does not exist on the node',
  retry: 'after-change',
  domains: ['talos'],
  wordings: [
    {
      pattern: /install disk.{0,60}(?:does not exist|not found|missing)(?:: "?(?<disk>\/dev\/[\w/.-]{1,100}))?/i,
      source: 'Talos v1alpha1 validation',
    },
    {
      pattern:
        /(?:stat|lstat|open|failed to open|path) (?<disk>\/dev\/[\w/.-]{1,100}):? .{0,20}(?:no such file|no such device|not found)/i,
      source: 'Talos installer',
    },
    {
      pattern:
        /no (?:matching )?disks? (?:were )?(?:found|matched)|no disks? match|disk (?<disk>\/dev\/[\w/.-]{1,100}).{0,40}(?:not found|does not exist)|(?<path>\/dev\/[\w/.-]{1,100}) (?:does not exist|not found)|failed to find disk/i,
      source: 'Talos disk selector',
    },
  ],
  reason: ({ facts }) =>
    `The install disk ${facts?.disk ?? facts?.path ?? 'of this install'} does not exist on the node.`,
  advice: (context) =>
    advise`List the node's disks with ${run('talosctl', 'get', 'disks', '--insecure', '-n', named(context.nodeIp, 'node-ip'))}, and start with one of them: ${anew('--fresh', '--install-disk', oneWord('/dev/', holeFor('disk')))}.`,
};

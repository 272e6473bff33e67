import { anew, nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The install disk is not on the node. */
export const rule: Rule = {
  code: 'talos-disk-not-found',
  title: 'The install disk is not on the node',
  retry: 'after-change',
  domains: ['talos'],
  wordings: [
    {
      pattern: /install disk.{0,60}(?:does not exist|not found|missing)(?:: "?(?<disk>\/dev\/[\w/.-]+))?/i,
      source: 'Talos v1alpha1 validation',
    },
    {
      pattern:
        /(?:stat|lstat|open|failed to open|path) (?<disk>\/dev\/[\w/.-]+):? .{0,20}(?:no such file|no such device|not found)/i,
      source: 'Talos installer',
    },
    {
      pattern:
        /no (?:matching )?disks? (?:were )?(?:found|matched)|no disks? match|disk (?<disk>\/dev\/[\w/.-]+).{0,40}(?:not found|does not exist)|(?<path>\/dev\/[\w/.-]+) (?:does not exist|not found)|failed to find disk/i,
      source: 'Talos disk selector',
    },
  ],
  reason: ({ facts }) => `The install disk ${facts?.disk ?? facts?.path ?? 'that was asked for'} is not on the node.`,
  nextAction: (context) =>
    `List the node's disks with \`talosctl get disks --insecure -n ${nodeOf(context)}\`, and begin with one of them: ${anew(context, 'start --fresh --install-disk /dev/<disk>')}.`,
};

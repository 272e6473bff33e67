import { appliance, talosctl } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** This machine's clock and the node's differ too much. */
export const rule: Rule = {
  code: 'operator-clock-skew',
  title: 'The clocks of this machine and the node differ',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `The clocks of this machine and of the node differ${facts?.detail ? ` by ${facts.detail}` : ''}; certificates made now would not be valid on the other side.`,
  nextAction: (context) =>
    `Set this machine's clock (switch on network time) and compare: \`date -u\` and \`${talosctl(context, 'time')}\`. The node's time servers: \`${appliance(context, 'set --ntp-servers <host>')}\`.`,
};

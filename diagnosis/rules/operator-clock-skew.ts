import { advise, holeFor, run, set, talosctl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** This machine's clock and the node's differ too much. */
export const rule: Rule = {
  code: 'operator-clock-skew',
  title: 'The clocks of this machine and the node differ',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ facts }) =>
    `The clocks of this machine and of the node differ${facts?.detail ? ` by ${facts.detail}` : ''}; certificates created now would not be valid on the other side.`,
  advice: (context) =>
    advise`Set the clock of this machine (turn on network time) and compare: ${run('date', '-u')} and ${talosctl(context, 'time')}. To change the node's time servers: ${set('--ntp-servers', holeFor('host'))}.`,
};

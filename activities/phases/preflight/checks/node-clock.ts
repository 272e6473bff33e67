import { blockerFor } from '../../../stop.ts';
import { accessOf, failed, passed, skipped, warned } from '../check.ts';
import type { Check } from '../check.ts';
import { inWords } from '../../../words.ts';
import { HARD_MS, SOFT_MS } from './clock-limits.ts';
import { RETRY, advise, holeFor, run, set } from '../../../../model/advice.ts';

/**
 * The node's clock against this machine's. Behind, it refuses certificates made now as "not yet valid"; ahead, it does not. A node
 * that has a network and the wrong time has not reached any time server; where the order names one, that may mend it.
 */
export const nodeClock: Check = {
  id: 'node-clock',
  title: "The node's clock",
  group: 'node',
  needsPrograms: true,
  run: async (look) => {
    const { spec, ports, signal } = look;
    const access = await accessOf(look);
    if (!access) return skipped('the node cannot be reached');
    const time = await ports.talos.time(spec.nodeIp, access.target, signal);
    if (!time) return skipped('the node does not report its time');
    const now = ports.clock.now().getTime();
    const behind = now - time.latest.getTime();
    const ahead = time.earliest.getTime() - now;
    const off = Math.max(behind, ahead);
    if (off < SOFT_MS) return passed('agrees with this machine, as far as the node reports it');
    const blocker = blockerFor(look, 'clock-skew', {
      component: 'talos',
      object: `node ${spec.nodeIp}`,
      reason: `The node's clock is at least ${inWords(off)} ${behind > 0 ? 'behind' : 'ahead of'} this machine's${behind >= HARD_MS ? ': it would refuse certificates created now as not yet valid' : ''}.`,
      advice: advise`If this machine's clock is right (${run('date', '-u')}), set the node's clock (BIOS, or the virtual machine's host) or give it a time server that it can reach: ${set('--ntp-servers', holeFor('host'))}. Then ${RETRY}.`,
    });
    return behind >= HARD_MS && spec.ntpServers.length === 0 ? failed(blocker) : warned(blocker);
  },
};

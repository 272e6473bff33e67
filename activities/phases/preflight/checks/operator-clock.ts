import type { HttpPort } from '../../../ports/http.ts';
import { blockerFor } from '../../../stop.ts';
import { failed, passed, skipped, warned } from '../check.ts';
import type { Check } from '../check.ts';
import { inWords } from '../../../words.ts';
import { memory } from '../remember.ts';
import { HARD_MS, SOFT_MS } from './clock-limits.ts';
import { RETRY, advise, run } from '../../../../model/advice.ts';

const TIMEOUT_MS = 10_000;

const remember = memory<{ answer: Awaited<ReturnType<HttpPort['get']>>; asked: Date }>(() => 60_000);

/**
 * This machine's clock against the Date that the image registry's server sends (RFC 9110, whole seconds). A clock that is ahead
 * makes certificates that a node with the right time refuses as "not yet valid"; one that is behind makes none that are refused.
 */
export const operatorClock: Check = {
  id: 'operator-clock',
  title: "This machine's clock",
  group: 'operator',
  run: async (look) => {
    const [registry = ''] = look.spec.release.app.images.algaCore.repository.split('/');
    const url = `https://${registry}/v2/`;
    const { answer, asked } = await remember(look, url, async () => ({
      answer: await look.ports.http.get(url, { signal: look.signal, timeoutMs: TIMEOUT_MS }),
      asked: look.ports.clock.now(),
    }));
    if (answer.date === null)
      return skipped(`no other clock could be checked (${answer.error ?? `${registry} sends none`})`);
    const ahead = asked.getTime() - answer.date.getTime();
    if (Math.abs(ahead) < SOFT_MS) return passed(`agrees with ${registry}`);
    const direction = ahead > 0 ? 'ahead of' : 'behind';
    const blocker = blockerFor(look, 'operator-clock-skew', {
      component: 'operator',
      object: 'this machine',
      reason: `This machine's clock is ${inWords(Math.abs(ahead))} ${direction} that of ${registry}${ahead >= HARD_MS ? ': certificates that it creates would be refused as not yet valid' : ''}.`,
      advice: advise`Set the clock of this machine (turn on network time), compare with ${run('date', '-u')}, then ${RETRY}.`,
    });
    return ahead >= HARD_MS ? failed(blocker) : warned(blocker);
  },
};

import type { Cluster } from '../activities/ports/kubernetes.ts';
import { holderUser } from '../model/holder.ts';
import { hold, insistOnLease, isForbidden } from './hold.ts';
import type { Running, Surroundings } from './hold.ts';

/**
 * The site's cluster for its holder. Reads are unchanged. Before the first write the site is claimed, and every write is sent as its
 * present holder, so the API server itself refuses a late one: then, too, HeldByAnother is thrown.
 */
export function fenced(around: Surroundings, cluster: Cluster, running: Running | null): Cluster {
  let holding: Promise<Cluster> | null = null;
  const held = async (signal: AbortSignal): Promise<Cluster> => {
    holding ??= hold(around, running, signal).then((holder) => around.connect(holderUser(holder)));
    try {
      return await holding;
    } catch (error) {
      holding = null; // a repeated write checks again
      throw error;
    }
  };
  const write = async <Value>(signal: AbortSignal, act: (own: Cluster) => Promise<Value>): Promise<Value> => {
    const own = await held(signal);
    try {
      return await act(own);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      holding = null;
      await insistOnLease(around, cluster, signal);
      // This operator still holds it: a right that was removed by hand is restored, once.
      return act(await held(signal));
    }
  };
  return {
    ...cluster,
    apply: (object, signal, options) => write(signal, (own) => own.apply(object, signal, options)),
    create: (object, signal) => write(signal, (own) => own.create(object, signal)),
    patch: (at, patch, signal) => write(signal, (own) => own.patch(at, patch, signal)),
    delete: (at, options, signal) => write(signal, (own) => own.delete(at, options, signal)),
  };
}

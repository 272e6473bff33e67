import { KINDS } from '../../kubernetes/addresses.ts';
import { dataIdOf } from '../../kubernetes/data-id.ts';
import { NAMESPACES } from '../../model/appliance.ts';
import type { CommandContext } from '../context.ts';

const LOOK_TIMEOUT_MS = 10_000;

/**
 * The id of the application data on an appliance; null if there is none, undefined if its API server does not answer. Read-only.
 */
export async function dataThere(
  { services, io }: CommandContext,
  kubeconfig: string,
): Promise<string | null | undefined> {
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
  try {
    const cluster = await services.cluster(kubeconfig);
    try {
      const [claims, volumes] = await Promise.all([
        cluster.list(KINDS.claim, { namespace: NAMESPACES.workloads }, signal),
        cluster.list(KINDS.volume, {}, signal),
      ]);
      return dataIdOf(claims, volumes);
    } finally {
      await cluster.reader.close();
    }
  } catch {
    // What cannot be checked now is checked again by the step that would destroy it, and that requires the same consent.
    io.signal.throwIfAborted();
    return undefined;
  }
}

import type { Snapshot } from '../model/snapshot.ts';
import { collectSnapshot, watchSnapshots } from '../observation/index.ts';
import { collectOptions, lookIn } from './appliance-look.ts';
import type { Look } from './appliance-look.ts';
import type { PhaseContext } from './phase-context.ts';
import type { Clock } from './ports/clock.ts';
import { answered, isOutage, stopOnOutage } from './wait.ts';
import type { Cluster } from './ports/kubernetes.ts';

/** From a signal on the API server to the phase's end within one second: changes this close together are one look. */
const SETTLE_MS = 150;
/** The login page cannot be watched, only asked. */
const PROBE_EVERY_MS = 500;
/** A watch whose connection died with a sleeping laptop says nothing: so everything is listed again this often. */
const LIST_EVERY_MS = 15_000;

/**
 * Yields a check of the appliance now and at every change, until the caller stops. `hurryMs` says how long the caller
 * can wait for the next check although nothing changes, if that is less than usual. A short outage of the API server
 * is shown and waited out; a long one throws Blocked.
 */
export async function* watchAppliance(
  context: PhaseContext,
  cluster: Cluster,
  { what, hurryMs = () => LIST_EVERY_MS }: { readonly what: string; readonly hurryMs?: () => number },
): AsyncGenerator<Look> {
  const { clock } = context.ports;
  let answeredAt = clock.now().getTime();
  let look: Look | null = null;
  for await (const snapshot of snapshots(context, cluster, hurryMs)) {
    try {
      look = lookIn(snapshot, context, look?.status ?? null);
      answeredAt = clock.now().getTime();
      await answered(context);
    } catch (error) {
      if (!isOutage(error)) throw error;
      stopOnOutage(context, error, clock.now().getTime() - answeredAt);
      context.see(what, `the API server does not answer (${error.message})`);
      continue;
    }
    yield look;
  }
}

async function* snapshots(context: PhaseContext, cluster: Cluster, hurryMs: () => number): AsyncGenerator<Snapshot> {
  const { clock } = context.ports;
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const options = collectOptions({ ...context, signal });
  const watched = watchSnapshots(cluster.reader, { ...options, settleMs: SETTLE_MS, probeEveryMs: PROBE_EVERY_MS });
  let next = watched.next();
  let listedAt = clock.now().getTime();
  try {
    for (;;) {
      const due = listedAt + LIST_EVERY_MS - clock.now().getTime();
      const first = await sooner(next, clock, Math.max(0, Math.min(due, hurryMs())), signal);
      context.signal.throwIfAborted();
      if (first === 'late') {
        listedAt = clock.now().getTime();
        yield await collectSnapshot(cluster.reader, options);
      } else {
        if (first.done) return;
        next = watched.next();
        yield first.value;
      }
    }
  } finally {
    ended.abort();
    // What an ended watch still reports, an abort included, is ignored.
    await Promise.allSettled([next]);
    // It may stand at a snapshot that nobody took: only this ends its feeds and its login probe then.
    await watched.return(undefined);
  }
}

/** Gives what the promise gives, or `late` when that takes longer; the timer ends with the race. */
async function sooner<T>(promise: Promise<T>, clock: Clock, ms: number, signal: AbortSignal): Promise<T | 'late'> {
  const over = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(
    () => 'late' as const,
    () => 'late' as const, // aborted: whoever waits looks at the signal next
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}

import { watchSnapshots } from '../../observation/index.ts';
import type { ClusterReader, CollectOptions } from '../../observation/index.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { explain } from '../terminal/failure.ts';

/** A cluster that is watched: objects arrive as they change, and taking a snapshot costs one small request. */
export interface ClusterWatch {
  /** The newest snapshot, with the present time. Throws when there is none yet and none comes in time. */
  take(): Promise<Snapshot>;
  close(): Promise<void>;
}

export function watchCluster(
  reader: ClusterReader,
  options: CollectOptions & { readonly now: () => Date },
): ClusterWatch {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const first = Promise.withResolvers<void>();
  let latest: Snapshot | null = null;
  let failure: unknown;
  const run = async (): Promise<void> => {
    try {
      for await (const snapshot of watchSnapshots(reader, { ...options, signal })) {
        latest = snapshot;
        first.resolve();
      }
    } catch (error) {
      failure = error;
    } finally {
      first.resolve();
    }
  };
  const ended = run();
  return {
    take: async () => {
      await Promise.race([first.promise, timePasses(options.timeoutMs)]);
      if (latest) return pulse(reader, latest, options);
      throw failure ?? new Error(`no answer in ${options.timeoutMs / 1000} s`);
    },
    close: async () => {
      stop.abort();
      await ended;
    },
  };
}

/** A silent watch may be quiet or dead: whether the API server answers tells which. */
async function pulse(
  reader: ClusterReader,
  latest: Snapshot,
  { signal, timeoutMs, now }: CollectOptions & { readonly now: () => Date },
): Promise<Snapshot> {
  const { kubernetes } = latest;
  const takenAt = now().toISOString();
  if (!kubernetes) return latest;
  try {
    await reader.ready({ signal, timeoutMs });
    return { ...latest, takenAt, kubernetes: { ...kubernetes, error: null, observedAt: takenAt } };
  } catch (error) {
    signal.throwIfAborted();
    return { ...latest, takenAt, kubernetes: { ...kubernetes, error: explain(error).message } };
  }
}

function timePasses(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

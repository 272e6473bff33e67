import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import { ReadError } from '../../observation/cluster-reader.ts';
import type { ClusterReader, WatchChange, WatchRequest } from '../../observation/cluster-reader.ts';
import { changesOf, isKnownKind, listObjects } from '../cluster/api.ts';
import { readLog } from '../cluster/logs.ts';
import type { Stage } from '../world/stage.ts';
import type { World } from '../world/index.ts';
import type { Access } from './access.ts';

/** How often a watch looks for what has come about by the passing of time alone. */
const WATCH_EVERY_MS = 50;

const STATUS: Partial<Record<ClusterError['fault'], number>> = {
  'not-found': 404,
  conflict: 409,
  forbidden: 403,
  unauthorized: 401,
  invalid: 400,
};

/** The read-only view of the cluster whose objects a world holds. */
export function createReader(world: World, access: Access): ClusterReader {
  const ask = <T>(object: string, signal: AbortSignal, act: (stage: Stage) => T): T => {
    signal.throwIfAborted();
    try {
      return world.enter((stage) => {
        access.assertReachable(stage, object);
        return act(stage);
      });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      throw new ReadError(error.message, STATUS[error.fault] ?? null, { cause: error });
    }
  };
  return {
    list: async ({ resource, signal, maxItems = Number.POSITIVE_INFINITY, ...query }) =>
      ask(`every ${resource.kind}`, signal, (stage) => {
        assertKnown(stage, resource);
        const items = structuredClone(listObjects(stage, resource.kind, query).slice(0, maxItems));
        return { items, resourceVersion: String(stage.state.resourceVersion) };
      }),
    podLog: async ({ namespace, pod, container, tailLines, limitBytes, previous, signal }) =>
      ask(`the log of Pod ${namespace}/${pod}`, signal, (stage) =>
        readLog(stage, { namespace, name: pod, container, tailLines, limitBytes, previous }, access.logOf),
      ),
    ready: async ({ signal }) => ask('the API server', signal, () => undefined),
    watch: (request) => changes(request, (act) => ask(`every ${request.resource.kind}`, request.signal, act)),
    close: async () => undefined,
  };
}

function assertKnown(stage: Stage, resource: WatchRequest['resource']): void {
  if (!isKnownKind(stage, resource)) throw new ReadError('the server could not find the requested resource', 404);
}

async function* changes(request: WatchRequest, ask: <T>(act: (stage: Stage) => T) => T): AsyncGenerator<WatchChange> {
  const { resource, signal } = request;
  let told = Number(request.resourceVersion);
  for (;;) {
    const { found, version, next } = ask((stage) => {
      assertKnown(stage, resource);
      return {
        found: changesOf(stage, resource.kind, request, told),
        version: stage.state.resourceVersion,
        next: stage.history.next.promise,
      };
    });
    if (found === null) throw new ReadError(`too old resource version: ${told} (${version})`, 410);
    for (const change of found) yield structuredClone(change);
    told = version;
    await soonerOf(next, WATCH_EVERY_MS, signal);
  }
}

/** Resolves with the promise, or after so many milliseconds; rejects with the signal's reason. */
async function soonerOf(next: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([next, delay(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) })]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
  }
}

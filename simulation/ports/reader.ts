import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import { ReadError } from '../../observation/cluster-reader.ts';
import type { ClusterReader, WatchChange, WatchRequest } from '../../observation/cluster-reader.ts';
import { isKnownKind, listObjects } from '../cluster/api.ts';
import type { ApiObject } from '../cluster/objects.ts';
import { keyOfObject } from '../cluster/store.ts';
import type { Stage } from '../world/stage.ts';
import type { World } from '../world/index.ts';
import { assertReachable, readLog } from './access.ts';
import type { Access } from './access.ts';

/** How often a watch looks for changes, in real time. */
const WATCH_EVERY_MS = 50;

const STATUS: Partial<Record<ClusterError['fault'], number>> = { 'not-found': 404, conflict: 409, forbidden: 403 };

/** The read-only view of the simulated cluster. */
export function createReader(world: World, access: Access): ClusterReader {
  const ask = <T>(object: string, signal: AbortSignal, act: (stage: Stage) => T): T => {
    signal.throwIfAborted();
    try {
      return world.enter((stage) => {
        assertReachable(stage, access, object);
        return structuredClone(act(stage));
      });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      throw new ReadError(error.message, STATUS[error.fault] ?? null, { cause: error });
    }
  };
  return {
    list: async ({ resource, signal, maxItems = Number.POSITIVE_INFINITY, ...query }) =>
      ask(`every ${resource.kind}`, signal, (stage) => {
        if (!isKnownKind(stage, resource)) throw new ReadError('the server could not find the requested resource', 404);
        const items = listObjects(stage, resource.kind, query).slice(0, maxItems);
        return { items, resourceVersion: String(stage.state.resourceVersion) };
      }),
    podLog: async ({ namespace, pod, container, tailLines, previous, signal }) =>
      previous
        ? ''
        : ask(`the log of Pod ${namespace}/${pod}`, signal, (stage) =>
            readLog(stage, { namespace, name: pod, container, tailLines }),
          ),
    ready: async ({ signal }) => ask('the API server', signal, () => undefined),
    watch: (request) => changes(request, (act) => ask(`every ${request.resource.kind}`, request.signal, act)),
    close: async () => undefined,
  };
}

/** Looks at short intervals and tells what is new since; an object that went before the first look is not told. */
async function* changes(request: WatchRequest, ask: <T>(act: (stage: Stage) => T) => T): AsyncGenerator<WatchChange> {
  const { resource, signal } = request;
  let told = Number(request.resourceVersion);
  let known: Map<string, ApiObject> | null = null;
  while (!signal.aborted) {
    const { now, version } = ask((stage) => ({
      now: new Map(listObjects(stage, resource.kind, request).map((object) => [keyOfObject(object), object])),
      version: stage.state.resourceVersion,
    }));
    for (const [key, object] of known ?? []) {
      if (!now.has(key)) yield { type: 'DELETED', object };
    }
    for (const [key, object] of now) {
      if (Number(object.metadata.resourceVersion) <= told) continue;
      yield { type: known?.has(key) ? 'MODIFIED' : 'ADDED', object };
    }
    known = now;
    told = version;
    await delay(WATCH_EVERY_MS, undefined, { signal });
  }
}

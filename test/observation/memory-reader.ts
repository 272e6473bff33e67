import {
  type ClusterReader,
  type ListRequest,
  type LogRequest,
  ReadError,
  type WatchChange,
} from '../../observation/index.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';

/** A cluster in memory: what it holds, which kinds it refuses, and what was asked of it. */
export interface MemoryCluster {
  readonly reader: ClusterReader;
  readonly lists: ListRequest[];
  readonly logs: LogRequest[];
  /** Plural names that answer with this error. */
  readonly refused: Map<string, ReadError>;
  readonly logTexts: Map<string, string>;
  /** Changes an object and tells all watches of its kind. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject): void;
  /** Ends every watch with this error, or quietly. */
  endWatches(error?: ReadError): void;
}

interface Follower {
  readonly kind: string;
  readonly push: (change: WatchChange | null, error?: ReadError) => void;
}

/** Takes objects, gives a cluster that holds them. */
export function memoryCluster(objects: readonly KubernetesObject[]): MemoryCluster {
  const held = [...objects];
  const followers = new Set<Follower>();
  const refused = new Map<string, ReadError>();
  const lists: ListRequest[] = [];
  const logs: LogRequest[] = [];
  const logTexts = new Map<string, string>();
  let version = 1;

  async function* watch(request: Parameters<ClusterReader['watch']>[0]): AsyncGenerator<WatchChange> {
    const waiting: { change: WatchChange | null; error?: ReadError }[] = [];
    let wake = Promise.withResolvers<void>();
    const follower: Follower = {
      kind: request.resource.kind,
      push: (change, error) => {
        waiting.push({ change, ...(error ? { error } : {}) });
        wake.resolve();
      },
    };
    followers.add(follower);
    request.signal.addEventListener('abort', () => follower.push(null), { once: true });
    try {
      for (;;) {
        await wake.promise;
        wake = Promise.withResolvers<void>();
        for (const next of waiting.splice(0)) {
          if (next.error) throw next.error;
          if (!next.change) return;
          yield next.change;
        }
      }
    } finally {
      followers.delete(follower);
    }
  }

  return {
    lists,
    logs,
    refused,
    logTexts,
    reader: {
      list: async (request) => {
        lists.push(request);
        request.signal.throwIfAborted();
        const error = refused.get(request.resource.plural);
        if (error) throw error;
        const items = held.filter(
          (one) =>
            one.kind === request.resource.kind && (!request.namespace || one.metadata.namespace === request.namespace),
        );
        return { items: structuredClone(items), resourceVersion: String(version) };
      },
      podLog: async (request) => {
        logs.push(request);
        const text = logTexts.get(`${request.pod}/${request.container}${request.previous ? '/previous' : ''}`);
        if (text === undefined) throw new ReadError('container is waiting to start', 400);
        // As an API server does it: first the last lines, and of these the first bytes.
        const lines = text.split('\n').slice(-request.tailLines).join('\n');
        return Buffer.from(lines).subarray(0, request.limitBytes).toString();
      },
      ready: async () => undefined,
      watch,
      close: async () => undefined,
    },
    change: (type, object) => {
      version += 1;
      const fresh = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      const index = held.findIndex(
        (one) =>
          one.kind === object.kind &&
          one.metadata.name === object.metadata.name &&
          one.metadata.namespace === object.metadata.namespace,
      );
      if (index >= 0) held.splice(index, 1);
      if (type !== 'DELETED') held.push(fresh);
      for (const follower of followers) if (follower.kind === object.kind) follower.push({ type, object: fresh });
    },
    endWatches: (error) => {
      for (const follower of followers) follower.push(null, error);
    },
  };
}

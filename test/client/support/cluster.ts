import type { ClusterReader } from '../../../observation/index.ts';
import { ReadError } from '../../../observation/index.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';

/** A cluster that consists of these objects and logs. */
export function clusterOf(items: readonly KubernetesObject[], logs: Record<string, string> = {}): ClusterReader {
  return {
    list: async ({ resource }) => ({ items: items.filter(({ kind }) => kind === resource.kind), resourceVersion: '1' }),
    podLog: async ({ pod: name, container, tailLines }) => {
      const text = logs[`${name}/${container}`];
      if (text === undefined) throw new ReadError(`container ${container} of ${name} has no log`, 400);
      return text.split('\n').slice(-tailLines).join('\n');
    },
    ready: async () => {},
    // Nothing changes: the watch stays open until it is ended.
    watch: ({ signal }) => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      }),
    }),
    close: async () => {},
  };
}

/** A cluster that does not answer. */
export function silentCluster(): ClusterReader {
  const refuse = async (): Promise<never> => {
    throw new ReadError('list pods: connect ECONNREFUSED 192.0.2.10:6443', null);
  };
  return {
    list: refuse,
    podLog: refuse,
    ready: refuse,
    watch: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
    close: async () => {},
  };
}

export interface PodSettings {
  readonly namespace?: string;
  readonly ready?: boolean;
  readonly waiting?: { readonly reason: string; readonly message: string };
  readonly restarts?: number;
  readonly createdAt?: string;
}

/** A pod with one container `main`, as the API server gives it. */
export function pod(name: string, settings: PodSettings = {}): KubernetesObject {
  const { namespace = 'msp', ready = true, waiting, restarts = 0, createdAt = '2026-05-01T11:00:00Z' } = settings;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: name, creationTimestamp: createdAt },
    spec: { containers: [{ name: 'main', image: 'example.org/image:1' }] },
    status: {
      phase: waiting ? 'Pending' : 'Running',
      containerStatuses: [
        {
          name: 'main',
          ready: ready && !waiting,
          restartCount: restarts,
          image: 'example.org/image:1',
          state: waiting ? { waiting } : { running: { startedAt: createdAt } },
        },
      ],
    },
  };
}

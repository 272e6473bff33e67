import type { KubernetesObject } from '../../../model/snapshot.ts';

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

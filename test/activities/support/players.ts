import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { connectApi } from '../../../activities/adapters/kubernetes-api.ts';
import { ClusterError } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';

const PLURALS: Record<string, string> = { GitRepository: 'gitrepositories', StorageClass: 'storageclasses' };

/** What no controller does in a test, done by hand, as a kubelet, Flux or the storage provisioner would. */
export interface Players {
  /** Merges into an object's status, through the status subresource. */
  readonly status: (object: KubernetesObject, status: Record<string, unknown>) => Promise<void>;
  /** Makes a Deployment's newest form available, as controller and kubelet would. */
  readonly rolledOut: (deployment: KubernetesObject, replicas?: number) => Promise<void>;
  /** Ends a pod for good, as a kubelet does when its containers have stopped. */
  readonly ended: (pod: { readonly name: string; readonly namespace: string }) => Promise<void>;
  /** Runs a part again and again until the test ends. Races with what the test itself does are lost quietly. */
  readonly play: (part: () => Promise<void>) => void;
}

/** The players stop when the test ends. */
export function players(kubeconfig: string): Players {
  const call = connectApi(kubeconfig);
  const ended = new AbortController();
  const running: Promise<void>[] = [];
  onTestFinished(async () => {
    ended.abort();
    await Promise.all(running);
  });
  const status: Players['status'] = async ({ apiVersion, kind, metadata }, value) => {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
    await call({
      method: 'PATCH',
      path: `${root}${namespace}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: value },
      object: `${kind} ${metadata.name}`,
      signal: AbortSignal.timeout(10_000),
    });
  };
  return {
    status,
    rolledOut: (deployment, replicas = 1) =>
      status(deployment, {
        observedGeneration: deployment.metadata.generation,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
      }),
    ended: async ({ name, namespace }) => {
      await call({
        method: 'DELETE',
        path: `/api/v1/namespaces/${namespace}/pods/${name}`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 },
        object: `Pod ${name}`,
        signal: AbortSignal.timeout(10_000),
      });
    },
    play: (part) => {
      running.push(repeat(part, ended.signal));
    },
  };
}

async function repeat(part: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await part();
      await delay(25, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ClusterError)) throw error;
    }
  }
}

import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { COMPONENTS, FLUX } from '../../../model/appliance.ts';
import type { Component } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { TEST_RELEASE } from '../../support/spec.ts';
import { kustomization, helmRelease } from '../support/flux.ts';
import { plainNamespace, signal } from '../support/objects.ts';
import type { Players } from '../support/players.ts';

export const REVISION = 'release/1.0-rc5@sha1:aaa';

/** An appliance whose every state a test decides: the objects are real, and nobody but the test works on them. */
export interface PlayedAppliance {
  /** Makes a component's workload ready, or not. */
  set(name: string, ready: boolean): Promise<void>;
  /** Gives a component a pod in this state. */
  pod(name: string, status: Record<string, unknown>): Promise<KubernetesObject>;
  /** Removes all pods. */
  noPods(): Promise<void>;
  /** Lets Flux hold a revision, and work on it or still on another. */
  revision(held: string, worksOn?: string): Promise<void>;
}

/** Makes the workloads of an appliance, none of them ready; the bootstrap job has ended well. */
export async function playedAppliance(cluster: Cluster, { status, ended }: Players): Promise<PlayedAppliance> {
  for (const name of ['flux-system', 'alga-system', 'appliance-system', 'msp', 'local-path-storage']) {
    await cluster.apply(plainNamespace(name), signal);
  }
  for (const component of COMPONENTS.filter(({ optional, kind }) => !optional && kind !== 'Job')) {
    await cluster.apply(workload(component), signal, { force: true });
  }
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: FLUX.source, namespace: 'flux-system' },
    spec: { interval: '5m', url: 'https://git.example.org/alga/appliance.git', ref: { branch: 'release/1.0-rc5' } },
  };
  const root = kustomization(FLUX.rootKustomization);
  const core = kustomization(FLUX.tierKustomizations.core);
  for (const object of [source, root, core, helmRelease('alga-core')])
    await cluster.apply(object, signal, { force: true });
  const job = await cluster.apply(bootstrapJob(), signal, { force: true });
  if (!hasEnded(job)) await status(job, endedJob());
  const find = (name: string): Component => {
    const found = COMPONENTS.find((component) => component.name === name);
    if (!found) throw new Error(`no component ${name}`);
    return found;
  };
  let pods = 0;
  return {
    set: async (name, ready) => {
      const { apiVersion, kind, metadata } = workload(find(name));
      const object = await cluster.get(
        { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' },
        signal,
      );
      if (!object) throw new Error(`${name} is not there`);
      const replicas = ready ? 1 : 0;
      await status(object, {
        observedGeneration: object.metadata.generation,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: replicas,
        availableReplicas: replicas,
        currentReplicas: 1,
      });
    },
    pod: async (name, value) => {
      const component = find(name);
      pods += 1;
      const pod = await cluster.create(podOf(component, pods), signal);
      await status(pod, value);
      return pod;
    },
    noPods: async () => {
      for (const { metadata } of await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, {}, signal)) {
        await ended({ name: metadata.name, namespace: metadata.namespace ?? '' });
      }
    },
    revision: async (held, worksOn = held) => {
      const artifact = {
        revision: held,
        path: 'x',
        url: 'http://x',
        lastUpdateTime: new Date().toISOString(),
        digest: `sha256:${'0'.repeat(64)}`,
      };
      await status(source, { artifact });
      await status(core, { lastAttemptedRevision: worksOn });
    },
  };
}

function workload({ kind, object, namespace, image }: Component): KubernetesObject {
  const labels = { app: object };
  const vendor = image && TEST_RELEASE.app.images[image];
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: object, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      ...(kind === 'StatefulSet' && { serviceName: object }),
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'main', image: vendor ? `${vendor.repository}:${vendor.tag}` : 'example.org/x:1' }],
        },
      },
    },
  };
}

function podOf({ object, namespace }: Component, number: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${object}-${number}`, namespace, labels: { app: object } },
    spec: { nodeName: 'appliance', containers: [{ name: 'main', image: IMAGE }] },
  };
}

const IMAGE = 'ghcr.io/nine-minds/workflow-worker:61e4a00e';

/** A pod whose image is not at the registry, as a kubelet tells it. */
export function imageMissing(): Record<string, unknown> {
  const message = `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`;
  return waiting('ImagePullBackOff', message);
}

/** A pod that waits for its container, as a kubelet tells it. */
export function waiting(reason: string, message = ''): Record<string, unknown> {
  const at = new Date().toISOString();
  return {
    phase: 'Pending',
    conditions: ['PodScheduled', 'Initialized'].map((type) => ({ type, status: 'True', lastTransitionTime: at })),
    containerStatuses: [
      {
        name: 'main',
        image: IMAGE,
        imageID: '',
        ready: false,
        started: false,
        restartCount: 0,
        state: { waiting: { reason, message } },
      },
    ],
  };
}

/** The event by which a kubelet says that a pull is under way. */
export function pulling(pod: KubernetesObject): KubernetesObject {
  const { name, namespace, uid } = pod.metadata;
  const at = new Date().toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.pulling`, namespace: namespace ?? '' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, fieldPath: 'spec.containers{main}' },
    type: 'Normal',
    reason: 'Pulling',
    message: `Pulling image "${IMAGE}"`,
    source: { component: 'kubelet', host: 'appliance' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

function bootstrapJob(): KubernetesObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'alga-core-sebastian-bootstrap-1', namespace: 'msp' },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'bootstrap', image: 'example.org/x:1' }] } },
    },
  };
}

function hasEnded(job: KubernetesObject): boolean {
  return JSON.stringify(job['status']).includes('completionTime');
}

function endedJob(): Record<string, unknown> {
  const at = new Date().toISOString();
  const condition = { status: 'True', lastTransitionTime: at, lastProbeTime: at, reason: '', message: '' };
  return {
    startTime: at,
    completionTime: at,
    succeeded: 1,
    conditions: ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, ...condition })),
  };
}

import { hexOf } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { remove } from './deletion.ts';
import { isTrue } from './objects.ts';
import type { Pod, Workload } from './objects.ts';
import { makePod, podName } from './pod-factory.ts';
import { at, keyOfObject, owned, putStatus } from './store.ts';

/** Pods with names of their own, one after another; a changed template ends the old pod before the new one is made. */
export function statefulSetController(stage: Stage, key: string): number | null {
  const set = at<Workload>(stage, key);
  if (!set) return null;
  const { spec, metadata } = set;
  const revision = `${metadata.name}-${hexOf(JSON.stringify(spec.template), 10)}`;
  const replicas = spec.replicas ?? 1;
  const pods = owned<Pod>(stage, 'Pod', set);
  const isCurrent = (pod: Pod): boolean => pod.metadata.labels?.['controller-revision-hash'] === revision;
  for (const pod of pods.filter((one) => !isCurrent(one))) remove(stage, keyOfObject(pod));
  for (const pod of pods.slice(replicas)) remove(stage, keyOfObject(pod));
  for (let index = 0; index < replicas; index++) {
    const name = `${metadata.name}-${index}`;
    if (pods.some((pod) => pod.metadata.name === name)) continue;
    makePod(stage, set, spec.template, name, {
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(index),
    });
  }
  const ready = pods.filter((pod) => isTrue(pod, 'Ready')).length;
  const updated = pods.filter(isCurrent).length;
  putStatus(stage, set, {
    observedGeneration: metadata.generation ?? 1,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: updated,
    updatedReplicas: updated,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  });
  return null;
}

/** One pod on the one node. */
export function daemonSetController(stage: Stage, key: string): number | null {
  const set = at<Workload>(stage, key);
  if (!set) return null;
  const revision = hexOf(JSON.stringify(set.spec.template), 10);
  const pods = owned<Pod>(stage, 'Pod', set);
  const isCurrent = (pod: Pod): boolean => pod.metadata.labels?.['controller-revision-hash'] === revision;
  for (const pod of pods.filter((one) => !isCurrent(one))) remove(stage, keyOfObject(pod));
  if (pods.length === 0) {
    makePod(stage, set, set.spec.template, podName(stage, set), { 'controller-revision-hash': revision });
  }
  const ready = pods.filter((pod) => isTrue(pod, 'Ready')).length;
  putStatus(stage, set, {
    observedGeneration: set.metadata.generation ?? 1,
    currentNumberScheduled: 1,
    desiredNumberScheduled: 1,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready,
    updatedNumberScheduled: pods.filter(isCurrent).length,
    ...(ready === 0 && { numberUnavailable: 1 }),
  });
  return null;
}

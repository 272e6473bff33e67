import { hexOf, timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { isTrue, withCondition } from './objects.ts';
import type { ApiObject, Condition, Pod, Workload } from './objects.ts';
import { remove } from './deletion.ts';
import { makePod, podName } from './pod-factory.ts';
import { at, find, keyOfObject, owned, ownerOf, put, putStatus } from './store.ts';

const DEFAULT_DEADLINE_SECONDS = 600;

/** One ReplicaSet a template, one pod a replica; Recreate ends the old pods first, RollingUpdate when the new ones are ready. */
export function deploymentController(stage: Stage, key: string): number | null {
  const deployment = at<Workload>(stage, key);
  if (!deployment) return null;
  const { spec, metadata } = deployment;
  const hash = hexOf(JSON.stringify(spec.template), 10);
  const replicas = spec.replicas ?? 1;
  const sets = owned(stage, 'ReplicaSet', deployment);
  const current = sets.find((set) => set.metadata.labels?.['pod-template-hash'] === hash);
  const set = current ?? makeReplicaSet(stage, deployment, hash);
  const old = sets.filter((one) => one !== current).flatMap((one) => owned<Pod>(stage, 'Pod', one));
  const pods = owned<Pod>(stage, 'Pod', set).filter((pod) => !pod.metadata.deletionTimestamp);
  const ready = pods.filter((pod) => isTrue(pod, 'Ready'));
  const mayEndOld = spec.strategy?.type === 'Recreate' || ready.length >= replicas;
  if (mayEndOld) for (const pod of old) remove(stage, keyOfObject(pod));
  if (spec.strategy?.type !== 'Recreate' || old.length === 0) {
    const labels = { 'pod-template-hash': hash };
    for (let missing = replicas - pods.length; missing > 0; missing--) {
      makePod(stage, set, spec.template, podName(stage, set), labels);
    }
  }
  for (const surplus of pods.slice(replicas)) remove(stage, keyOfObject(surplus));
  putReplicaSetStatus(stage, keyOfObject(set), ready.length, pods.length);
  const { conditions, deadline } = conditionsOf(stage, deployment, set, ready.length, replicas);
  const readyReplicas = ready.length + old.filter((pod) => isTrue(pod, 'Ready')).length;
  putStatus(stage, deployment, {
    observedGeneration: metadata.generation ?? 1,
    replicas: pods.length + old.length,
    updatedReplicas: pods.length,
    ...(readyReplicas > 0 && { readyReplicas, availableReplicas: readyReplicas }),
    ...(readyReplicas < replicas && { unavailableReplicas: replicas - readyReplicas }),
    conditions,
  });
  return deadline;
}

function makeReplicaSet(stage: Stage, deployment: Workload, hash: string): ApiObject {
  const { metadata, spec } = deployment;
  return put(stage, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? 'default',
      labels: { ...spec.template.metadata?.labels, 'pod-template-hash': hash },
      annotations: { 'deployment.kubernetes.io/revision': String(owned(stage, 'ReplicaSet', deployment).length + 1) },
      ...ownerOf(deployment),
    },
    spec: { replicas: spec.replicas ?? 1, selector: spec.selector, template: spec.template },
  });
}

function putReplicaSetStatus(stage: Stage, key: string, ready: number, replicas: number): void {
  const set = at(stage, key);
  if (!set) return;
  const observedGeneration = set.metadata.generation ?? 1;
  putStatus(stage, set, {
    observedGeneration,
    replicas,
    fullyLabeledReplicas: replicas,
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
  });
}

function conditionsOf(
  stage: Stage,
  deployment: Workload,
  set: ApiObject,
  ready: number,
  replicas: number,
): { conditions: Condition[]; deadline: number | null } {
  const now = timestamp(stage);
  const before = deployment.status?.conditions;
  const isAvailable = ready >= replicas;
  const available = withCondition(
    before,
    {
      type: 'Available',
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: isAvailable ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    },
    now,
  );
  const seconds = deployment.spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS;
  const since = Date.parse(set.metadata.creationTimestamp ?? now);
  const deadline = since + seconds * 1_000;
  const name = set.metadata.name;
  const progress = isAvailable
    ? {
        status: 'True' as const,
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "${name}" has successfully progressed.`,
      }
    : stage.now >= deadline && before?.find(({ type }) => type === 'Progressing')?.reason !== 'NewReplicaSetAvailable'
      ? {
          status: 'False' as const,
          reason: 'ProgressDeadlineExceeded',
          message: `ReplicaSet "${name}" has timed out progressing.`,
        }
      : { status: 'True' as const, reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.` };
  return {
    conditions: withCondition(available, { type: 'Progressing', ...progress }, now),
    deadline: isAvailable || stage.now >= deadline ? null : deadline,
  };
}

/** A ReplicaSet has no will of its own here: its Deployment looks after its pods. */
export function replicaSetController(stage: Stage, key: string): number | null {
  const set = at(stage, key);
  const owner = set?.metadata.ownerReferences?.[0];
  if (owner && find(stage, { kind: owner.kind, namespace: set.metadata.namespace, name: owner.name })) {
    stage.touched.add(`${owner.kind}/${set.metadata.namespace}/${owner.name}`);
  }
  return null;
}

/** Gives the workloads of a kind whose pods are all there, at the generation that was asked for. */
export function isRolledOut(workload: Workload): boolean {
  const wanted = workload.kind === 'DaemonSet' ? 1 : (workload.spec.replicas ?? 1);
  return (
    workload.status?.observedGeneration === workload.metadata.generation &&
    (workload.status?.readyReplicas ?? Number(workload.status?.['numberReady'] ?? 0)) >= wanted &&
    Number(workload.status?.['updatedReplicas'] ?? workload.status?.['updatedNumberScheduled'] ?? 0) >= wanted
  );
}

import type { Stage } from '../world/stage.ts';
import { isTrue, withCondition } from './objects.ts';
import type { ApiObject, Claim, Condition, Pod } from './objects.ts';
import { record } from './events.ts';
import { at, find, keyOfObject, put, putStatus } from './store.ts';
import { timestamp } from '../world/stage.ts';

const LOOK_AGAIN_MS = 2_000;
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

interface NodeObject extends ApiObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Places a pod on the node. Gives null when it has been placed, else when to look again. */
export function schedule(stage: Stage, key: string, pod: Pod): number | null {
  if (pod.spec.nodeName) return null;
  const node = find<NodeObject>(stage, { kind: 'Node', name: stage.state.machine.hostname });
  if (!node) return refuse(stage, pod, 'no nodes available to schedule pods');
  if (!isTrue(node, 'Ready') && !pod.spec.hostNetwork) {
    return refuse(
      stage,
      pod,
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. ' +
        'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    );
  }
  for (const claimName of claimsOf(pod)) {
    const claim = find<Claim>(stage, {
      kind: 'PersistentVolumeClaim',
      namespace: pod.metadata.namespace,
      name: claimName,
    });
    if (!claim) {
      return refuse(
        stage,
        pod,
        `0/1 nodes are available: persistentvolumeclaim "${claimName}" not found. ` +
          'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      );
    }
    if (claim.status?.phase === 'Bound') continue;
    const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node.metadata.name };
    put(stage, { ...claim, metadata: { ...claim.metadata, annotations } });
    return stage.now + LOOK_AGAIN_MS;
  }
  const placed = put(stage, { ...pod, spec: { ...pod.spec, nodeName: node.metadata.name } });
  record(stage, placed, {
    from: 'default-scheduler',
    reason: 'Scheduled',
    message: `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node.metadata.name}`,
  });
  return at(stage, key) ? null : stage.now + LOOK_AGAIN_MS;
}

/** Names of the claims that a pod mounts. */
export function claimsOf(pod: Pod): string[] {
  return (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : [],
  );
}

function refuse(stage: Stage, pod: Pod, message: string): number {
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } as const;
  if (!pod.status?.conditions?.some((known) => known.message === message)) {
    record(stage, pod, { from: 'default-scheduler', type: 'Warning', reason: 'FailedScheduling', message });
  }
  const current = at<Pod>(stage, keyOfObject(pod)) ?? pod;
  putStatus(stage, current, {
    ...current.status,
    phase: 'Pending',
    conditions: withCondition(current.status?.conditions, condition, timestamp(stage)),
  });
  return stage.now + LOOK_AGAIN_MS;
}

import { timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import type { ApiObject, Pod } from './objects.ts';
import { claimsOf } from './scheduler.ts';
import { all, at, drop, isClusterScoped, keyOfObject, put } from './store.ts';

export function finalizersIn(metadata: Partial<ApiObject['metadata']>): readonly string[] {
  return (metadata as { finalizers?: readonly string[] | null }).finalizers ?? [];
}

/** True for what stays after a DELETE, marked as deleted: a pod that a kubelet has, a namespace, and whatever has a finalizer. */
export function isHeld(object: ApiObject): boolean {
  if (finalizersIn(object.metadata).length > 0) return true;
  return object.kind === 'Namespace' || (object.kind === 'Pod' && isRunning(object as Pod));
}

function isRunning({ spec, status }: Pod): boolean {
  return spec.nodeName !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** What a DELETE does: most objects are gone at once; others go when nothing holds them any more. */
export function remove(stage: Stage, key: string): void {
  const object = at(stage, key);
  if (!object || object.metadata.deletionTimestamp) return;
  if (!isHeld(object)) {
    for (const pod of podsBelow(stage, object)) remove(stage, keyOfObject(pod));
    drop(stage, key);
    return;
  }
  const metadata = { ...object.metadata, deletionTimestamp: timestamp(stage) };
  const status = object.kind === 'Namespace' ? { status: { phase: 'Terminating' } } : {};
  put(stage, { ...object, ...status, metadata });
}

/** Pods of a workload that is deleted end in their own time; they outlive their owner for some seconds. */
function podsBelow(stage: Stage, owner: ApiObject): Pod[] {
  const uids = new Set([owner.metadata.uid]);
  for (const set of all(stage, 'ReplicaSet', owner.metadata.namespace)) {
    if (set.metadata.ownerReferences?.some(({ uid }) => uids.has(uid))) uids.add(set.metadata.uid);
  }
  return all<Pod>(stage, 'Pod', owner.metadata.namespace)
    .filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uids.has(uid)))
    .map((pod) => ({ ...pod, metadata: { ...pod.metadata, ownerReferences: [] } }))
    .map((pod) => put(stage, pod) as Pod);
}

const NAMESPACE_ENDS_MS = 6_000;
const CLAIM_LOOK_MS = 1_000;

/** A namespace is Active, or takes everything in it along when it goes. */
export function namespaceController(stage: Stage, key: string): number | null {
  const namespace = at(stage, key);
  if (!namespace) return null;
  const { deletionTimestamp, name } = namespace.metadata;
  if (!deletionTimestamp) {
    if (!namespace['status']) put(stage, { ...namespace, status: { phase: 'Active' } });
    return null;
  }
  const goneAt = Date.parse(deletionTimestamp) + NAMESPACE_ENDS_MS;
  for (const object of Object.values(stage.state.objects)) {
    if (!isClusterScoped(object.kind) && object.metadata.namespace === name) remove(stage, keyOfObject(object));
  }
  const left = Object.values(stage.state.objects).some(
    ({ kind, metadata }) => !isClusterScoped(kind) && metadata.namespace === name,
  );
  if (left || stage.now < goneAt) return Math.max(goneAt, stage.now + CLAIM_LOOK_MS);
  drop(stage, key);
  return null;
}

/** A claim that is deleted goes when no pod mounts it any more (kubernetes.io/pvc-protection); its volume is kept. */
export function releaseClaim(stage: Stage, claim: ApiObject): number | null {
  const { namespace, name } = claim.metadata;
  const isUsed = all<Pod>(stage, 'Pod', namespace).some(
    (pod) => claimsOf(pod).includes(name) && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed',
  );
  if (isUsed) return stage.now + CLAIM_LOOK_MS;
  for (const volume of all(stage, 'PersistentVolume')) {
    if (volume.metadata.name === `pvc-${claim.metadata.uid}`) put(stage, { ...volume, status: { phase: 'Released' } });
  }
  drop(stage, keyOfObject(claim));
  return null;
}

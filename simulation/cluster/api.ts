import type { ObjectRef, ResourceKind } from '../../kubernetes/addresses.ts';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import type { WatchChange } from '../../observation/cluster-reader.ts';
import type { Stage } from '../world/stage.ts';
import { finalizersIn, isHeld, remove } from './deletion.ts';
import { since } from './history.ts';
import { applyMerge, mergePatch } from './merge.ts';
import type { ApiObject } from './objects.ts';
import { conflictsOf, noteApplied, noteUpdated, ownable, updaterOf, writtenBy, writtenByOthers } from './ownership.ts';
import { fitsFields, fitsLabels } from './selectors.ts';
import { all, at, drop, find, isClusterScoped, keyOf, keyOfObject, put } from './store.ts';

/** The simulated API server's answers to what the installer asks, and its refusals in the installer's terms. */

export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
}

/** A kind is known when Kubernetes brings it, or a CustomResourceDefinition of that kind is there. */
export function isKnownKind(stage: Stage, { apiVersion, kind }: ResourceKind): boolean {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  if (!group.includes('.') || group.endsWith('.k8s.io')) return true;
  return all(stage, 'CustomResourceDefinition').some((definition) => {
    const spec = definition['spec'] as { group?: string; names?: { kind?: string } } | undefined;
    return spec?.group === group && spec.names?.kind === kind;
  });
}

export function getObject(stage: Stage, ref: ObjectRef): ApiObject | null {
  assertNamespaced(ref);
  return isKnownKind(stage, ref) ? find(stage, ref) : null;
}

export interface ListQuery {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** By namespace and name, as etcd has them. */
export function listObjects(stage: Stage, kind: string, query: ListQuery): ApiObject[] {
  return all(stage, kind)
    .filter((object) => fits(object, query))
    .toSorted((one, other) => (keyOfObject(one) < keyOfObject(other) ? -1 : 1));
}

/** What a watch tells since a version: what fits no more is gone for it. Null where that version is too old to go on from. */
export function changesOf(stage: Stage, kind: string, query: ListQuery, version: number): WatchChange[] | null {
  const changes = since(stage.history, version)?.filter((change) => change.object.kind === kind);
  return (
    changes?.flatMap(({ type, object, before }): WatchChange[] => {
      const fitted = before !== null && fits(before, query);
      if (type !== 'DELETED' && fits(object, query)) return [{ type: fitted ? 'MODIFIED' : 'ADDED', object }];
      return fitted ? [{ type: 'DELETED', object }] : [];
    }) ?? null
  );
}

function fits(object: ApiObject, { namespace, labelSelector, fieldSelector }: ListQuery): boolean {
  if (namespace && !isClusterScoped(object.kind) && object.metadata.namespace !== namespace) return false;
  return fitsLabels(object, labelSelector) && fitsFields(object, fieldSelector);
}

/** Server-side apply by a manager; without `force` what somebody else wrote otherwise is a conflict. */
export function applyObject(stage: Stage, object: KubernetesObject, manager: string, force: boolean): ApiObject {
  const ref = refOf(object);
  admit(stage, object);
  const key = keyOfObject(object);
  const before = at(stage, key);
  if (before) assertChangeable(ref, before, object.metadata);
  const asked = ownable(object);
  const conflicts = conflictsOf(stage, key, { writer: manager, before, asked });
  if (conflicts.length > 0 && !force) {
    const told = conflicts.map(({ whose, field }) => `conflict with "${whose}": ${field}`).join(', ');
    throw new ClusterError('conflict', nameOf(ref), `Apply failed with ${conflicts.length} conflicts: ${told}`);
  }
  const others = writtenByOthers(stage, key, manager);
  const merged = applyMerge(before ?? {}, writtenBy(stage, key, manager), asked, others) as Partial<ApiObject>;
  const { apiVersion, kind, metadata } = object;
  const names = { name: metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
  noteApplied(stage, key, manager, before, asked);
  return putAsked(stage, {
    ...merged,
    apiVersion,
    kind,
    metadata: { ...merged.metadata, ...names, ...identityOf(before) },
  });
}

export function createObject(stage: Stage, object: KubernetesObject, manager: string): ApiObject {
  const ref = refOf(object);
  if (object.metadata.resourceVersion) {
    const message = 'resourceVersion should not be set on objects to be created';
    throw new ClusterError('other', nameOf(ref), message);
  }
  admit(stage, object);
  if (find(stage, ref)) {
    throw new ClusterError('already-exists', nameOf(ref), `${nameOf(ref)} already exists`);
  }
  const { status: _, ...asked } = object;
  noteUpdated(stage, keyOf(ref), updaterOf(manager), null, ownable(asked));
  return put(stage, asked);
}

/** JSON merge patch. A version or uid in it must be that of the object; the status is another resource's. */
export function patchObject(stage: Stage, ref: ObjectRef, patch: Record<string, unknown>, manager: string): ApiObject {
  assertNamespaced(ref);
  const before = getObject(stage, ref);
  if (!before) throw new ClusterError('not-found', nameOf(ref), `${nameOf(ref)} not found`);
  const { status: _, ...asked } = patch as Partial<KubernetesObject>;
  assertChangeable(ref, before, asked.metadata);
  noteUpdated(stage, keyOf(ref), updaterOf(manager), before, ownable(asked));
  const merged = mergePatch(before, asked) as ApiObject;
  return putAsked(stage, { ...merged, metadata: { ...merged.metadata, ...identityOf(before) } });
}

/** Gives false where there is none, or where it is another object or version than the one that is meant. */
export function deleteObject(
  stage: Stage,
  ref: ObjectRef,
  { uid, resourceVersion }: { readonly uid?: string; readonly resourceVersion?: string },
): boolean {
  assertNamespaced(ref);
  const object = getObject(stage, ref);
  if (!object || (uid !== undefined && object.metadata.uid !== uid)) return false;
  if (resourceVersion !== undefined && object.metadata.resourceVersion !== resourceVersion) return false;
  remove(stage, keyOf(ref));
  return true;
}

/** Writes what a client asked for; an object that was only held by a finalizer goes when that is taken off. */
function putAsked(stage: Stage, object: ApiObject): ApiObject {
  const written = put(stage, object);
  if (written.metadata.deletionTimestamp && !isHeld(written)) drop(stage, keyOfObject(written));
  return written;
}

/** What every write must pass: a kind that is known, in a namespace that is there and stays. */
function admit(stage: Stage, object: KubernetesObject): void {
  const ref = refOf(object);
  if (!isKnownKind(stage, ref)) {
    const message = `${nameOf(ref)}: the cluster knows no ${ref.kind} of ${ref.apiVersion}`;
    throw new ClusterError('not-found', nameOf(ref), message);
  }
  if (isClusterScoped(ref.kind)) return;
  const name = assertNamespaced(ref);
  const namespace = find(stage, { kind: 'Namespace', name });
  if (!namespace) throw new ClusterError('not-found', nameOf(ref), `namespaces "${name}" not found`);
  if (namespace.metadata.deletionTimestamp && !find(stage, ref)) {
    const message = `unable to create new content in namespace ${name} because it is being terminated`;
    throw new ClusterError('conflict', nameOf(ref), message);
  }
}

/** Gives the namespace of what belongs into one; throws when it names none. */
function assertNamespaced(ref: ObjectRef): string {
  if (ref.namespace || isClusterScoped(ref.kind)) return ref.namespace ?? '';
  throw new ClusterError('invalid', nameOf(ref), `${nameOf(ref)}: an object of this kind needs a namespace`);
}

/** Refuses what is meant for another object, for another version of it, or to hold it when it is to go. */
function assertChangeable(ref: ObjectRef, before: ApiObject, wanted: Partial<ApiObject['metadata']> | undefined): void {
  const { uid, resourceVersion, deletionTimestamp } = before.metadata;
  if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const message = `Operation cannot be fulfilled on ${nameOf(ref)}: the object has been modified`;
    throw new ClusterError('conflict', nameOf(ref), message);
  }
  if (wanted?.uid !== undefined && wanted.uid !== uid) {
    throw new ClusterError('invalid', nameOf(ref), `${nameOf(ref)} is invalid: metadata.uid: field is immutable`);
  }
  const held = finalizersIn(before.metadata);
  if (deletionTimestamp && wanted && finalizersIn(wanted).some((one) => !held.includes(one))) {
    const message = 'metadata.finalizers: no new finalizers can be added if the object is being deleted';
    throw new ClusterError('invalid', nameOf(ref), `${nameOf(ref)} is invalid: ${message}`);
  }
}

/** What no client can change. */
function identityOf(object: ApiObject | null): Partial<ApiObject['metadata']> {
  if (!object) return {};
  const { uid, creationTimestamp, resourceVersion, generation, deletionTimestamp } = object.metadata;
  return {
    uid,
    creationTimestamp,
    resourceVersion,
    ...(generation !== undefined && { generation }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  };
}

/** RBAC, as far as the installer goes by it: a user who is impersonated may write only while a binding makes it administrator. */
export function assertAllowed(stage: Stage, user: string, object: string): void {
  const isBound = all<Binding>(stage, 'ClusterRoleBinding').some(
    ({ roleRef, subjects = [] }) =>
      roleRef?.name === 'cluster-admin' && subjects.some(({ kind, name }) => kind === 'User' && name === user),
  );
  if (!isBound) throw new ClusterError('forbidden', object, `${object} is forbidden: User "${user}" cannot write it`);
}

interface Binding extends ApiObject {
  readonly roleRef?: { readonly name?: string };
  readonly subjects?: readonly { readonly kind?: string; readonly name?: string }[];
}

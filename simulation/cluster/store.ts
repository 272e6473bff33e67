import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Stage } from '../world/stage.ts';
import { timestamp } from '../world/stage.ts';
import { note } from './history.ts';
import type { ApiObject } from './objects.ts';

const CLUSTER_SCOPED = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'StorageClass',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'CSINode',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'APIService',
]);

/** Kinds without a `generation`, which counts changes to what is asked for. */
const UNCOUNTED = new Set([
  'ConfigMap',
  'Secret',
  'Event',
  'ServiceAccount',
  'Node',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'Lease',
]);

export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind);
}

export interface Named {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The key under which an object lies in the store. No two API groups of the appliance share a kind. */
export function keyOf({ kind, namespace, name }: Named): string {
  return `${kind}/${isClusterScoped(kind) ? '' : (namespace ?? 'default')}/${name}`;
}

export function keyOfObject(object: ApiObject): string {
  return keyOf({ kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name });
}

/** The caller states the expected kind by the type parameter. */
export function at<T extends ApiObject = ApiObject>(stage: Stage, key: string): T | null {
  return (stage.state.objects[key] as T | undefined) ?? null;
}

export function find<T extends ApiObject = ApiObject>(stage: Stage, named: Named): T | null {
  return at<T>(stage, keyOf(named));
}

/** Gives all objects of a kind, in one namespace or in all. */
export function all<T extends ApiObject = ApiObject>(stage: Stage, kind: string, namespace?: string): T[] {
  const prefix = namespace === undefined ? `${kind}/` : `${kind}/${namespace}/`;
  const found: T[] = [];
  for (const [key, object] of Object.entries(stage.state.objects)) {
    if (key.startsWith(prefix)) found.push(object as T);
  }
  return found;
}

/** Gives the objects of a kind that this very object owns. */
export function owned<T extends ApiObject = ApiObject>(stage: Stage, kind: string, owner: ApiObject): T[] {
  return all<T>(stage, kind, owner.metadata.namespace).filter((object) =>
    object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid),
  );
}

/** Gives the reference by which a child names its owner. */
export function ownerOf(owner: ApiObject): { ownerReferences: NonNullable<ApiObject['metadata']['ownerReferences']> } {
  const { apiVersion, kind, metadata } = owner;
  return {
    ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }],
  };
}

/** Admission gives these to what must not go while it is in use. */
const PROTECTED: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
  PersistentVolume: 'kubernetes.io/pv-protection',
};

function protection(object: ApiObject): { finalizers?: readonly string[] } {
  const finalizer = PROTECTED[object.kind];
  const given = (object.metadata as { finalizers?: readonly string[] }).finalizers ?? [];
  return finalizer === undefined ? {} : { finalizers: [...new Set([...given, finalizer])] };
}

/** What a generation counts the changes of. A Deployment counts its annotations, too. */
function askedIn(object: ApiObject): unknown {
  const { status: _, metadata, ...asked } = object;
  return object.kind === 'Deployment' ? { ...asked, annotations: metadata.annotations } : asked;
}

/**
 * Writes an object as the API server does: uid and creation time once, a new resource version at every change, a new
 * generation when more than metadata and status changed. Writing what is there already changes nothing.
 */
export function put(stage: Stage, object: ApiObject): ApiObject {
  const key = keyOfObject(object);
  const before = at(stage, key);
  const { metadata } = object;
  const stamped: ApiObject = {
    ...object,
    metadata: {
      ...metadata,
      ...(before ? {} : protection(object)),
      ...(isClusterScoped(object.kind) ? {} : { namespace: metadata.namespace ?? 'default' }),
      uid: before?.metadata.uid ?? randomUUID(),
      creationTimestamp: before?.metadata.creationTimestamp ?? timestamp(stage),
      resourceVersion: before?.metadata.resourceVersion ?? '0',
      ...(UNCOUNTED.has(object.kind) ? {} : { generation: before?.metadata.generation ?? 1 }),
    },
  };
  if (before && isDeepStrictEqual(before, stamped)) return before;
  stage.state.resourceVersion += 1;
  const isNewGeneration =
    before !== null && !UNCOUNTED.has(object.kind) && !isDeepStrictEqual(askedIn(before), askedIn(object));
  const written: ApiObject = {
    ...stamped,
    metadata: {
      ...stamped.metadata,
      resourceVersion: String(stage.state.resourceVersion),
      ...(isNewGeneration && { generation: (before.metadata.generation ?? 1) + 1 }),
    },
  };
  stage.state.objects[key] = written;
  const version = stage.state.resourceVersion;
  note(stage.history, { version, type: before ? 'MODIFIED' : 'ADDED', object: written, before });
  touch(stage, written);
  return written;
}

/** Writes only the status; a status that says the same changes nothing. */
export function putStatus(stage: Stage, object: ApiObject, status: Record<string, unknown>): void {
  const current = at(stage, keyOfObject(object));
  if (current) put(stage, { ...current, status });
}

/** Removes an object and everything that it owns. */
export function drop(stage: Stage, key: string): void {
  const object = at(stage, key);
  if (!object) return;
  delete stage.state.objects[key];
  delete stage.state.memory[key];
  delete stage.state.applied[key];
  delete stage.state.agenda[key];
  stage.state.resourceVersion += 1;
  const version = stage.state.resourceVersion;
  const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  note(stage.history, { version, type: 'DELETED', object: last, before: object });
  touch(stage, object);
  stage.touched.delete(key);
  for (const [childKey, child] of Object.entries(stage.state.objects)) {
    const references = (child as ApiObject).metadata.ownerReferences;
    if (references?.some((reference) => reference.uid === object.metadata.uid)) drop(stage, childKey);
  }
}

/** What a controller remembers of an object beyond what the API shows. */
export function memoryOf(stage: Stage, key: string): Readonly<Record<string, string | number>> {
  return stage.state.memory[key] ?? {};
}

/** Adds to what a controller remembers of an object. */
export function remember(stage: Stage, key: string, values: Record<string, string | number>): void {
  stage.state.memory[key] = { ...stage.state.memory[key], ...values };
  stage.changed = true;
}

/** Flux writes into these labels which of its objects brought another. */
const BROUGHT_BY = [
  { label: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
  { label: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' },
] as const;

/** A change concerns the object's own controller, its owner's, and those of the Flux objects that brought it. */
function touch(stage: Stage, object: ApiObject): void {
  stage.changed = true;
  if (object.kind === 'Event') return;
  const { namespace, labels, ownerReferences } = object.metadata;
  stage.touched.add(keyOfObject(object));
  for (const { kind, name } of ownerReferences ?? []) stage.touched.add(keyOf({ kind, namespace, name }));
  for (const { label, kind } of BROUGHT_BY) {
    const name = labels?.[`${label}/name`];
    if (name) stage.touched.add(keyOf({ kind, namespace: labels?.[`${label}/namespace`], name }));
  }
}

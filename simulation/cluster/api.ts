import type { ObjectRef, ResourceKind } from '../../kubernetes/addresses.ts';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import type { Stage } from '../world/stage.ts';
import { remove } from './deletion.ts';
import { applyMerge, mergePatch } from './merge.ts';
import type { ApiObject } from './objects.ts';
import { fitsFields, fitsLabels } from './selectors.ts';
import { all, at, find, isClusterScoped, keyOf, keyOfObject, put } from './store.ts';

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
  return isKnownKind(stage, ref) ? find(stage, ref) : null;
}

export interface ListQuery {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export function listObjects(stage: Stage, kind: string, query: ListQuery): ApiObject[] {
  const namespace = isClusterScoped(kind) ? undefined : query.namespace || undefined;
  return all(stage, kind, namespace).filter(
    (object) => fitsLabels(object, query.labelSelector) && fitsFields(object, query.fieldSelector),
  );
}

export function applyObject(stage: Stage, object: KubernetesObject, manager: string): ApiObject {
  admit(stage, object);
  const key = keyOfObject(object);
  const { status: _, ...asked } = object;
  const before = at(stage, key);
  const merged = applyMerge(before ?? {}, stage.state.applied[key]?.[manager], asked) as ApiObject;
  const written = put(stage, {
    ...merged,
    metadata: { ...merged.metadata, name: object.metadata.name, ...identityOf(before) },
  });
  stage.state.applied[key] = { ...stage.state.applied[key], [manager]: asked };
  return written;
}

export function createObject(stage: Stage, object: KubernetesObject): ApiObject {
  admit(stage, object);
  const ref = refOf(object);
  if (find(stage, ref)) {
    throw new ClusterError('already-exists', nameOf(ref), `${nameOf(ref)} already exists`);
  }
  const { status: _, ...asked } = object;
  return put(stage, asked);
}

export function patchObject(stage: Stage, ref: ObjectRef, patch: Record<string, unknown>): ApiObject {
  const before = getObject(stage, ref);
  if (!before) throw new ClusterError('not-found', nameOf(ref), `${nameOf(ref)} not found`);
  const { status: _, ...asked } = patch;
  const wanted = (asked['metadata'] as { resourceVersion?: string } | undefined)?.resourceVersion;
  if (wanted !== undefined && wanted !== before.metadata.resourceVersion) {
    const message = `Operation cannot be fulfilled on ${nameOf(ref)}: the object has been modified`;
    throw new ClusterError('conflict', nameOf(ref), message);
  }
  return put(stage, mergePatch(before, asked) as ApiObject);
}

export function deleteObject(stage: Stage, ref: ObjectRef, uid: string | undefined): boolean {
  const object = getObject(stage, ref);
  if (!object || (uid !== undefined && object.metadata.uid !== uid)) return false;
  remove(stage, keyOf(ref));
  return true;
}

/** What every write must pass: a kind that is known, in a namespace that is there and stays. */
function admit(stage: Stage, object: KubernetesObject): void {
  const ref = refOf(object);
  if (!isKnownKind(stage, ref)) {
    throw new ClusterError('not-found', nameOf(ref), `the cluster knows no ${ref.kind} of ${ref.apiVersion}`);
  }
  if (isClusterScoped(ref.kind)) return;
  const name = ref.namespace ?? 'default';
  const namespace = find(stage, { kind: 'Namespace', name });
  if (!namespace) throw new ClusterError('not-found', nameOf(ref), `namespaces "${name}" not found`);
  if (namespace.metadata.deletionTimestamp && !find(stage, ref)) {
    const message = `unable to create new content in namespace ${name} because it is being terminated`;
    throw new ClusterError('conflict', nameOf(ref), message);
  }
}

function identityOf(object: ApiObject | null): Partial<ApiObject['metadata']> {
  if (!object) return {};
  const { uid, creationTimestamp, resourceVersion, generation } = object.metadata;
  return { uid, creationTimestamp, resourceVersion, ...(generation !== undefined && { generation }) };
}

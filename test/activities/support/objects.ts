import { z } from 'zod';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';

/** Long enough for every request of a test, and an end. */
export const signal = AbortSignal.timeout(170_000);

/** Name, uid and version of each object: if these are the same, nothing changed in the cluster. */
export function versions(objects: readonly (KubernetesObject | null)[]): string[] {
  return objects.map((object) => (object ? versionOf(object) : 'null')).toSorted();
}

function versionOf({ kind, metadata, ...rest }: KubernetesObject): string {
  const { name, uid, deletionTimestamp = 'stays' } = metadata;
  return [kind, name, uid, deletionTimestamp, marksOf(kind, metadata, rest)].join(' ');
}

/** What only a phase would change; a version also grows with what controllers note down at their own time. */
function marksOf(kind: string, metadata: KubernetesObject['metadata'], rest: unknown): unknown {
  if (kind.startsWith('PersistentVolume')) {
    const volume = z.object({ spec: z.object({ persistentVolumeReclaimPolicy: z.string().optional() }) });
    return volume.parse(rest).spec.persistentVolumeReclaimPolicy;
  }
  return ['StatefulSet', 'Deployment', 'Job'].includes(kind) ? metadata.generation : metadata.resourceVersion;
}

/** Gives the versions of every object of these kinds in the cluster. */
export async function versionsOf(cluster: Cluster, ...kinds: [apiVersion: string, kind: string][]): Promise<string[]> {
  const lists = await Promise.all(kinds.map(([apiVersion, kind]) => cluster.list({ apiVersion, kind }, {}, signal)));
  // The controller-manager puts its certificate into every namespace when it comes to it.
  return versions(lists.flat().filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt'));
}

export function secretOf(
  { apiVersion, kind, name, namespace }: ObjectRef,
  values: Record<string, string>,
): KubernetesObject {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, data: Object.fromEntries(data) };
}

/** Gives one plain value of a Secret in the cluster. */
export async function secretValue(cluster: Cluster, at: ObjectRef, key: string): Promise<string | undefined> {
  const found = z.object({ data: z.record(z.string(), z.string()) }).safeParse(await cluster.get(at, signal));
  const encoded = found.data?.data[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** Gives one text of a ConfigMap in the cluster. */
export async function configValue(cluster: Cluster, at: ObjectRef, key: string): Promise<string | undefined> {
  const found = z.object({ data: z.record(z.string(), z.string()) }).safeParse(await cluster.get(at, signal));
  return found.data?.data[key];
}

/** A namespace without anything else. */
export function plainNamespace(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

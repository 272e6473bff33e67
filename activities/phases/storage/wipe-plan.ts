import { posix } from 'node:path';
import { z } from 'zod';
import { KINDS, ref } from '../../../kubernetes/addresses.ts';
import { APPLICATION_RELEASES, NAMESPACES, OBJECTS, STORAGE } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { RETRY, advise, anew } from '../../../model/advice.ts';

const item = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  uid: z.string(),
});
/** One very object: another one of the same name is not meant. */
export type Item = z.infer<typeof item>;

/**
 * All that one wipe will ever delete, written down before the first deletion. Whatever runs it again, or late, can delete
 * nothing else: what was made since has other uids and other folders.
 */
export const wipePlan = z.strictObject({
  workloads: z.array(item),
  claims: z.array(item),
  volumes: z.array(item),
  /** Names of folders directly below STORAGE.path. */
  folders: z.array(z.string()),
  credentials: z.array(item),
  releases: z.array(item),
});
export type WipePlan = z.infer<typeof wipePlan>;

/** True if there are any, and all of them are still the same and not being deleted. */
export async function areThere(cluster: Cluster, claims: readonly Item[], signal: AbortSignal): Promise<boolean> {
  const found = await Promise.all(
    claims.map(async ({ uid, ...at }) => {
      const now = await cluster.get(at, signal);
      return now?.metadata.uid === uid && !now.metadata.deletionTimestamp;
    }),
  );
  return found.length > 0 && found.every(Boolean);
}

const WORKLOAD_KINDS = [
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  KINDS.pod,
];

export interface ApplicationData {
  readonly claims: readonly KubernetesObject[];
  readonly volumes: readonly KubernetesObject[];
}

/** The application's claims and every volume that was ever bound to one. Changes nothing. */
export async function findApplicationData(cluster: Cluster, signal: AbortSignal): Promise<ApplicationData> {
  const [claims, volumes] = await Promise.all([
    cluster.list(KINDS.claim, { namespace: NAMESPACES.workloads }, signal),
    cluster.list(KINDS.volume, {}, signal),
  ]);
  return { claims, volumes: volumes.filter((volume) => claimNamespace(volume) === NAMESPACES.workloads) };
}

/**
 * Throws Blocked, before anything is changed, if a volume is anywhere but directly below the storage path: such data
 * is not the installer's to wipe (lesson 3).
 */
export function foldersOf(context: PhaseContext, { volumes }: ApplicationData): string[] {
  return volumes.map((volume) => {
    const path = pathOf(volume);
    const folder = folderBelow(STORAGE.path, path);
    if (folder !== null) return folder;
    throw stop(context, 'input-invalid', {
      component: 'local-path-provisioner',
      object: `PersistentVolume ${volume.metadata.name}`,
      reason: `The volume ${volume.metadata.name} is at ${path || 'no path'}, which is not a folder of the provisioner below ${STORAGE.path}. Nothing was wiped.`,
      advice: advise`Save or delete that data yourself and delete the PersistentVolume ${volume.metadata.name}; then ${RETRY}. To keep all data: ${anew('--recover')}.`,
    });
  });
}

/** The provisioner names a folder `<volume>_<namespace>_<claim>` (local-path-provisioner, provisioner.go). */
const PROVISIONED = /^pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_[a-z0-9-]+_[a-z0-9.-]+$/;

/** The name of the folder; null unless it is directly below the root, as provisioned. */
export function folderBelow(root: string, path: string): string | null {
  const isRootSafe = root.startsWith(`${STORAGE.root}/`) && posix.normalize(root) === root && !root.endsWith('/');
  if (!isRootSafe || !path.startsWith(`${root}/`)) return null;
  const folder = path.slice(root.length + 1);
  return PROVISIONED.test(folder) ? folder : null;
}

/** Every object by its uid. Flux must be stopped. */
export async function makePlan(context: PhaseContext, cluster: Cluster): Promise<WipePlan> {
  const { signal } = context;
  const data = await findApplicationData(cluster, signal);
  const inWorkloads = { namespace: NAMESPACES.workloads };
  const workloads = await Promise.all(WORKLOAD_KINDS.map((kind) => cluster.list(kind, inWorkloads, signal)));
  const credentials = await cluster.get(ref.secret(NAMESPACES.workloads, OBJECTS.databaseSecret), signal);
  const releases = await cluster.list(KINDS.helmRelease, { namespace: NAMESPACES.releases }, signal);
  const histories = await Promise.all(
    // Helm keeps a release's history beside the HelmRelease or, when told so, beside the workloads.
    [NAMESPACES.releases, NAMESPACES.workloads].map((namespace) =>
      cluster.list(KINDS.secret, { namespace, labelSelector: 'owner=helm' }, signal),
    ),
  );
  return {
    workloads: workloads.flat().filter(isNobodys).map(itemOf),
    claims: data.claims.map(itemOf),
    volumes: data.volumes.map(itemOf),
    folders: foldersOf(context, data),
    credentials: credentials ? [itemOf(credentials)] : [],
    releases: [
      ...releases.filter(({ metadata }) => isOurRelease(metadata.name)),
      ...histories.flat().filter(({ metadata }) => isOurRelease(metadata.labels?.['name'])),
    ].map(itemOf),
  };
}

function isOurRelease(name: string | undefined): boolean {
  return (APPLICATION_RELEASES as readonly (string | undefined)[]).includes(name);
}

/** What has an owner goes with its owner. */
function isNobodys({ metadata }: KubernetesObject): boolean {
  return !z
    .array(z.object({ controller: z.literal(true) }))
    .nonempty()
    .safeParse(metadata['ownerReferences']).success;
}

function itemOf({ apiVersion, kind, metadata }: KubernetesObject): Item {
  const { name, namespace, uid } = metadata;
  if (uid === undefined) throw new Error(`${kind} ${name} was returned by the API server without a uid`);
  return { apiVersion, kind, name, uid, ...(namespace && { namespace }) };
}

const volumeSpec = z.object({
  spec: z.object({
    claimRef: z.object({ namespace: z.string().optional() }).optional(),
    hostPath: z.object({ path: z.string() }).optional(),
    local: z.object({ path: z.string() }).optional(),
  }),
});

function claimNamespace(volume: KubernetesObject): string | undefined {
  return volumeSpec.parse(volume).spec.claimRef?.namespace;
}

function pathOf(volume: KubernetesObject): string {
  const { hostPath, local } = volumeSpec.parse(volume).spec;
  return hostPath?.path ?? local?.path ?? '';
}

import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { findApplicationData } from '../../../activities/phases/storage/wipe-plan.ts';
import { ref } from '../../../kubernetes/addresses.ts';
import { dataIdOf } from '../../../kubernetes/data-id.ts';
import { giveConsent } from '../../../site-folder/consent.ts';
import { ClusterError } from '../../../activities/ports/kubernetes.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { siteRecord } from '../../../model/site.ts';
import type { SiteRecord } from '../../../model/site.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { testSpec } from '../../support/spec.ts';
import { runningTree } from '../support/flux.ts';
import { plainNamespace, secretOf, signal } from '../support/objects.ts';
import type { TestBed } from '../support/test-bed.ts';

const ROOT = '/var/mnt/alga-data/local-path-provisioner';
export const TALOS_CA = 'ab:cd';
export const CLAIM = 'alga-core-sebastian-postgres-data';
export const CREDENTIALS = ref.secret('msp', 'db-credentials');
export const OTHER_SECRET = ref.secret('msp', 'alga-psa-shared');

export interface Bound {
  readonly claim: KubernetesObject;
  readonly volume: KubernetesObject;
  readonly folder: string;
}

/** Makes a claim and the volume that is bound to it, as the provisioner names them. */
export async function boundClaim(
  cluster: Cluster,
  { name, namespace = 'msp', path }: { name: string; namespace?: string; path?: string },
): Promise<Bound> {
  const volumeName = `pvc-${randomUUID()}`;
  const folder = `${volumeName}_${namespace}_${name}`;
  const size = { storage: '1Gi' };
  const volume = await cluster.create(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: {
        capacity: size,
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: 'local-path',
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name },
        hostPath: { path: path ?? `${ROOT}/${folder}` },
      },
    },
    signal,
  );
  const claim = await cluster.create(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'local-path',
        volumeName,
        resources: { requests: size },
      },
    },
    signal,
  );
  return { claim, volume, folder };
}

export function workload(kind: 'Deployment' | 'StatefulSet', namespace: string, name: string): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      ...(kind === 'StatefulSet' && { serviceName: name }),
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'example.org/none:1' }] } },
    },
  };
}

/** A pod of a workload that a kubelet has started: it ends when a kubelet says so, long after its owner is gone. */
export function startedPod(name: string, owner: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = owner;
  const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'msp', ownerReferences: [reference] },
    spec: { nodeName: 'appliance', containers: [{ name: 'main', image: 'example.org/none:1' }] },
  };
}

/** Makes all that runs on an appliance which an earlier install has left, with data in it. */
export async function oldAppliance(cluster: Cluster): Promise<{ data: Bound[]; elsewhere: Bound }> {
  for (const name of ['msp', 'alga-system', 'flux-system', 'local-path-storage', 'elsewhere']) {
    await cluster.apply(plainNamespace(name), signal);
  }
  // Pods are refused until the controller-manager has made their account.
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'msp', name: 'default' };
  await vi.waitFor(async () => expect(await cluster.get(account, signal)).not.toBeNull(), { timeout: 20_000 });
  for (const object of runningTree()) await cluster.create(object, signal);
  for (const name of ['source-controller', 'kustomize-controller', 'helm-controller']) {
    await cluster.create(workload('Deployment', 'flux-system', name), signal);
  }
  await cluster.create(workload('StatefulSet', 'msp', 'db'), signal);
  await cluster.create(workload('Deployment', 'msp', 'alga-core-sebastian'), signal);
  await cluster.create(secretOf(CREDENTIALS, { DB_PASSWORD_SUPERUSER: 'old' }), signal);
  await cluster.create(secretOf(OTHER_SECRET, { ALGA_AUTH_KEY: 'kept' }), signal);
  const history = secretOf(ref.secret('alga-system', 'sh.helm.release.v1.alga-core.v1'), { release: 'old' });
  await cluster.create(
    {
      ...history,
      type: 'helm.sh/release.v1',
      metadata: { ...history.metadata, labels: { owner: 'helm', name: 'alga-core' } },
    },
    signal,
  );
  const data = [
    await boundClaim(cluster, { name: CLAIM }),
    await boundClaim(cluster, { name: 'alga-core-sebastian-storage' }),
  ];
  return { data, elsewhere: await boundClaim(cluster, { name: 'of-somebody-else', namespace: 'elsewhere' }) };
}

/** Removes all of it again, whatever a test has left of it. */
export async function clearAppliance(cluster: Cluster): Promise<void> {
  const kinds = [
    ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'flux-system'],
    ['helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'alga-system'],
    ['apps/v1', 'Deployment', 'flux-system'],
    ['apps/v1', 'Deployment', 'msp'],
    ['apps/v1', 'StatefulSet', 'msp'],
    ['batch/v1', 'Job', 'local-path-storage'],
    ['v1', 'Pod', 'msp'],
    ['v1', 'Secret', 'msp'],
    ['v1', 'Secret', 'alga-system'],
    ['v1', 'ConfigMap', 'alga-system'],
    ['v1', 'PersistentVolumeClaim', 'msp'],
    ['v1', 'PersistentVolumeClaim', 'elsewhere'],
    ['v1', 'PersistentVolume', undefined],
  ] as const;
  for (const [apiVersion, kind, namespace] of kinds) {
    const list = (): Promise<KubernetesObject[]> =>
      cluster.list({ apiVersion, kind }, namespace ? { namespace } : {}, signal);
    for (const { metadata } of await list()) {
      if (metadata.name === 'kube-root-ca.crt') continue;
      const at = { apiVersion, kind, name: metadata.name, ...(namespace && { namespace }) };
      // A controller may have been quicker.
      await cluster.patch(at, { metadata: { finalizers: null } }, signal).catch(unlessGone);
      await cluster.delete(at, {}, signal);
    }
    await expect
      .poll(async () => (await list()).filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt'), {
        timeout: 20_000,
      })
      .toEqual([]);
  }
}

/** Writes what the site's record says about its cluster. */
export async function recordCluster(bed: TestBed, cluster: SiteRecord['cluster']): Promise<void> {
  const at = '2026-05-01T12:00:00.000Z';
  const record = siteRecord.parse({
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Site',
    siteId: 'appliance-single-node',
    nodeIp: '192.0.2.10',
    appUrl: 'http://192.0.2.10:3000',
    hostname: 'appliance',
    createdAt: at,
    updatedAt: at,
    spec: testSpec(),
    cluster,
  });
  await bed.folder.write('site.json', JSON.stringify(record));
}

/** Writes the record of the very cluster that the test runs against. */
export async function recordThisCluster(bed: TestBed): Promise<void> {
  const uid = (await bed.cluster.get(ref.namespace('kube-system'), signal))?.metadata.uid ?? '';
  await recordCluster(bed, { kubeSystemUid: uid, talosCaFingerprint: null });
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ClusterError && error.fault === 'not-found')) throw error;
}

/** As a person who names the data that is on the appliance now; gives its id. */
export async function consentTo({ cluster, folder }: Pick<TestBed, 'cluster' | 'folder'>): Promise<string> {
  const { claims, volumes } = await findApplicationData(cluster, signal);
  const id = dataIdOf(claims, volumes);
  if (id === null) throw new Error('there is no data to agree to');
  await giveConsent(folder, id, new Date());
  return id;
}

import { describe, expect, test } from 'vitest';
import { ref } from '../../../kubernetes/addresses.ts';
import { Blocked } from '../../../activities/blocked.ts';
import { credentialsLost } from '../../../activities/phases/storage/credentials-lost.ts';
import { provisionStorage } from '../../../activities/phases/storage/provision-storage.ts';
import { plainNamespace, secretOf, signal, versionsOf } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';
import type { TestBed } from '../support/test-bed.ts';
import { CLAIM, CREDENTIALS, boundClaim } from './appliance.ts';

const server = realCluster(false);
const SMOKE = 'appliance-storage-smoke';
const PROVISIONER = ref.deployment('local-path-storage', 'local-path-provisioner');
const KINDS: [string, string][] = [
  ['v1', 'Namespace'],
  ['v1', 'ConfigMap'],
  ['v1', 'ServiceAccount'],
  ['v1', 'Pod'],
  ['v1', 'PersistentVolume'],
  ['v1', 'PersistentVolumeClaim'],
  ['apps/v1', 'Deployment'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
];

describe('storage', () => {
  test('is installed, proven by use, cleaned up, and left alone by a second run', async () => {
    const bed = await storageBed({ pod: 'Succeeded' });
    expect(await provisionStorage(bed.context())).toMatchObject({ did: 'acted' });
    expect(await bed.cluster.get(ref.storageClass('local-path'), signal)).toMatchObject({
      provisioner: 'rancher.io/local-path',
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    expect(await bed.cluster.get(ref.pod('local-path-storage', SMOKE), signal)).toBeNull();
    expect(await bed.cluster.get(ref.claim('local-path-storage', SMOKE), signal)).toBeNull();
    expect(await bed.cluster.list({ apiVersion: 'v1', kind: 'PersistentVolume' }, {}, signal)).toEqual([]);
    const before = await versionsOf(bed.cluster, ...KINDS);
    expect(await provisionStorage(bed.context())).toMatchObject({ did: 'nothing-to-do' });
    expect(await versionsOf(bed.cluster, ...KINDS)).toEqual(before);
  });

  test('a test pod that fails stops the install with its own words, and the next look tests anew', async () => {
    const bed = await storageBed({ pod: 'Failed' });
    await expect(provisionStorage(bed.context())).rejects.toMatchObject({
      blockers: [
        {
          code: 'permission-denied',
          evidence: expect.arrayContaining([
            expect.objectContaining({
              object: `Pod local-path-storage/${SMOKE}`,
              message: 'sh: read-only file system',
            }),
          ]),
        },
      ],
    });
    bed.plays.pod = 'Succeeded';
    expect(await provisionStorage(bed.context())).toMatchObject({ did: 'acted' });
  });

  test('a test pod to which nothing happens is not waited for without an end', async () => {
    const bed = await storageBed({ pod: null }, 600);
    await expect(provisionStorage(bed.context())).rejects.toMatchObject({
      blockers: [{ code: 'storage-provisioner-failed', reason: expect.stringContaining('Pending for 5 minutes') }],
    });
  });

  test('is parked on that: one look is short, and a pod made anew is waited for once more', async () => {
    const bed = await storageBed({ pod: null }, 600);
    const parked = { ...bed.context(), isParkedOn: (error: unknown) => error instanceof Blocked };
    await expect(provisionStorage(parked)).rejects.toThrow(Blocked);
    const waited = bed.seen.length;
    const begun = parked.ports.clock.now().getTime();
    await expect(provisionStorage(parked)).rejects.toThrow(Blocked);
    expect(bed.cleared()).toBeGreaterThan(0);
    expect(parked.ports.clock.now().getTime() - begun).toBeLessThan(5 * 60_000);
    expect(bed.seen.length - waited).toBeLessThan(3);
  });

  test('a test that succeeds after one that failed is over, however long its pod takes to go', async () => {
    const bed = await storageBed({ pod: 'Failed' });
    let known = true;
    const parked = {
      ...bed.context(),
      isParkedOn: (error: unknown) => known && error instanceof Blocked,
      clear: async () => void (known = false),
    };
    await expect(provisionStorage(parked)).rejects.toThrow(Blocked);
    bed.plays.pod = 'Succeeded';
    known = true;
    expect(await provisionStorage(parked)).toMatchObject({ did: 'acted' });
    expect(await bed.cluster.get(ref.pod('local-path-storage', SMOKE), signal)).toBeNull();
  });

  test('a storage class that would delete data is not taken over', async () => {
    const bed = await storageBed({ pod: 'Succeeded' });
    await bed.cluster.delete(ref.storageClass('local-path'), {}, signal);
    const other = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'local-path' } };
    await bed.cluster.create({ ...other, provisioner: 'rancher.io/local-path', reclaimPolicy: 'Delete' }, signal);
    await expect(provisionStorage(bed.context())).rejects.toMatchObject({
      blockers: [{ code: 'storage-provisioner-failed', reason: expect.stringContaining('Delete') }],
    });
    await bed.cluster.delete(ref.storageClass('local-path'), {}, signal);
  });
});

describe('recover', () => {
  test('refuses in words when the database is there and its credentials are not, before anything is changed', async () => {
    const bed = await storageBed({ pod: 'Succeeded' });
    await bed.cluster.apply(plainNamespace('msp'), signal);
    expect(await credentialsLost(bed.cluster, signal)).toBe(false);
    await boundClaim(bed.cluster, { name: CLAIM });
    expect(await credentialsLost(bed.cluster, signal)).toBe(true);
    const before = await versionsOf(bed.cluster, ...KINDS);
    await expect(provisionStorage(bed.context({ spec: { mode: 'recover' } }))).rejects.toMatchObject({
      blockers: [{ code: 'credentials-lost', loginBlocking: true }],
    });
    expect(await versionsOf(bed.cluster, ...KINDS)).toEqual(before);
    await bed.cluster.create(secretOf(CREDENTIALS, { DB_PASSWORD_SUPERUSER: 'kept' }), signal);
    expect(await provisionStorage(bed.context({ spec: { mode: 'recover' } }))).toMatchObject({ did: 'acted' });
  });
});

interface Plays {
  /** How the test pod ends; null: nothing happens to it. */
  pod: 'Succeeded' | 'Failed' | null;
}

/** A bed whose provisioner comes up, makes the test's volume, and takes it away again. */
async function storageBed(plays: Plays, speed = 10): Promise<TestBed & { plays: Plays }> {
  const bed = Object.assign(await testBed(server.kubeconfig, speed), { plays });
  await bed.cluster.apply(plainNamespace('local-path-storage'), signal);
  await forget(bed);
  const { play, status, rolledOut, ended } = players(server.kubeconfig);
  play(async () => {
    const provisioner = await bed.cluster.get(PROVISIONER, signal);
    if (provisioner) await rolledOut(provisioner);
    const pod = await bed.cluster.get(ref.pod('local-path-storage', SMOKE), signal);
    if (!pod) return;
    if (pod.metadata.deletionTimestamp) return ended({ namespace: 'local-path-storage', name: SMOKE });
    if (plays.pod === null) return;
    const terminated = { exitCode: plays.pod === 'Failed' ? 1 : 0, message: 'sh: read-only file system' };
    const containerStatuses = [
      { name: 'test', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } },
    ];
    await status(pod, { phase: plays.pod, containerStatuses });
  });
  // Without a controller-manager nobody takes the protection off a claim that no pod uses.
  play(async () => {
    const claim = await bed.cluster.get(ref.claim('local-path-storage', SMOKE), signal);
    if (claim?.metadata.deletionTimestamp) {
      await bed.cluster.patch(ref.claim('local-path-storage', SMOKE), { metadata: { finalizers: null } }, signal);
    }
  });
  return bed;
}

/** Storage that was proven is not tested again; each test begins without that proof. */
async function forget({ cluster }: TestBed): Promise<void> {
  const at = ref.storageClass('local-path');
  if (!(await cluster.get(at, signal))) return;
  await cluster.patch(at, { metadata: { annotations: { 'appliance.alga-psa/smoke-tested-at': null } } }, signal);
}

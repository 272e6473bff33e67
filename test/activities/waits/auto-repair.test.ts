import { beforeAll, expect, test } from 'vitest';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { awaitCore } from '../../../activities/phases/core.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { ref } from '../../../kubernetes/addresses.ts';
import { documentText, readDocumentText } from '../../../model/documents.ts';
import { REPAIR_LOG } from '../../../model/repair.ts';
import type { RepairEntry } from '../../../model/repair.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { installFluxDefinitions } from '../support/flux.ts';
import { signal } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';
import { REVISION, playedAppliance, waiting } from './played-appliance.ts';
import type { PlayedAppliance } from './played-appliance.ts';

const server = realCluster(false);
const FACTS = { installId: 'install-1', gitRevision: REVISION };
const RECORD = ref.configMap('alga-system', 'appliance-repairs');
const CUT = 'failed to pull and unpack image: failed to copy: httpReadSeeker: failed open: unexpected EOF';
const NODE = { apiVersion: 'v1', kind: 'Node', name: 'appliance' };

let cluster: Cluster;
let appliance: PlayedAppliance;

beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  await installFluxDefinitions(cluster);
}, 180_000);

/** Everything is ready but the database, on a node that is. */
async function databaseAway(): Promise<void> {
  const play = players(server.kubeconfig);
  const node = await cluster.get(NODE, signal);
  if (!node) throw new Error('the cluster has no node');
  const at = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastTransitionTime: at };
  await play.status(node, { conditions: [{ ...ready, lastHeartbeatTime: at }] });
  appliance = await playedAppliance(cluster, play);
  await appliance.noPods();
  await appliance.revision(REVISION);
  for (const name of ['redis', 'pgbouncer', 'alga-core']) await appliance.set(name, true);
  await appliance.set('db', false);
  await cluster.delete(RECORD, {}, signal);
  await cluster.patch(NODE, { spec: { unschedulable: null, taints: null } }, signal);
}

/** A pod of the database whose pull was cut, or failed with these words, as kubelet and controller leave it. */
async function waitingPod(words = CUT): Promise<KubernetesObject> {
  const set = await cluster.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'msp', name: 'db' }, signal);
  const made = await cluster.create(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'db-0',
        namespace: 'msp',
        labels: { app: 'db' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: set?.metadata.uid, controller: true },
        ],
      },
      spec: { nodeName: 'appliance', containers: [{ name: 'main', image: 'example.org/x:1' }] },
    },
    signal,
  );
  await players(server.kubeconfig).status(
    made,
    waiting('ImagePullBackOff', `Back-off pulling image: ErrImagePull: ${words}`),
  );
  const at = new Date().toISOString();
  const { name, namespace, uid } = made.metadata;
  await cluster.create(
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${uid}`, namespace: namespace ?? '' },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, fieldPath: 'spec.containers{main}' },
      type: 'Warning',
      reason: 'Failed',
      message: `Failed to pull image "example.org/x:1": ${words}`,
      source: { component: 'kubelet', host: 'appliance' },
      firstTimestamp: at,
      lastTimestamp: at,
      count: 4,
    },
    signal,
  );
  return made;
}

const podNow = () => cluster.get(ref.pod('msp', 'db-0'), signal);

async function repairs(): Promise<readonly RepairEntry[]> {
  const found = await cluster.get(RECORD, signal);
  const data = found?.['data'] as Record<string, string> | undefined;
  const read = readDocumentText(REPAIR_LOG, data?.['repairs.json'] ?? '');
  return 'value' in read ? read.value.entries : [];
}

test('a pull that was cut is repaired by itself: the install is not blocked, and what came of it is recorded', async () => {
  await databaseAway();
  const bed = await testBed(server.kubeconfig);
  const pod = await waitingPod();
  const done = awaitCore(bed.context({ facts: FACTS }));
  await expect.poll(async () => (await podNow())?.metadata.deletionTimestamp ?? 'still there').not.toBe('still there');
  expect(await repairs()).toMatchObject([
    {
      by: 'install',
      kind: 'pull-interrupted',
      object: 'Pod msp/db-0',
      before: expect.stringContaining('unexpected EOF'),
      after: null,
    },
  ]);
  await appliance.noPods();
  await expect.poll(podNow).toBeNull();
  expect((await waitingPodRuns()).metadata.uid).not.toBe(pod.metadata.uid);
  expect(await done).toMatchObject({ did: 'acted' });
});

/** The controller makes the pod again, and its pull succeeds. */
async function waitingPodRuns(): Promise<KubernetesObject> {
  const pod = await cluster.create(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'db-0', namespace: 'msp', labels: { app: 'db' } },
      spec: { nodeName: 'appliance', containers: [{ name: 'main', image: 'example.org/x:1' }] },
    },
    signal,
  );
  await appliance.set('db', true);
  return pod;
}

test.each<[string, () => Promise<{ spec?: { autoRepair: false } }>, string?]>([
  ['an image that does not exist', async () => ({}), 'rpc error: code = NotFound desc = example.org/x:1: not found'],
  ['an install that may not repair', async () => ({ spec: { autoRepair: false } })],
  [
    'a node in maintenance',
    async () => {
      await cluster.patch(NODE, { spec: { unschedulable: true } }, signal);
      return {};
    },
  ],
  [
    'an object that was repaired three times within the hour',
    async () => {
      const entry = {
        by: 'install',
        kind: 'pull-interrupted',
        object: 'Pod msp/db-0',
        subject: 'StatefulSet msp/db',
        does: 'x',
        before: 'x',
      } as const;
      const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
      const entries = [50, 30, 10].map((minutes) => ({ ...entry, at: ago(minutes), after: 'x', resolved: false }));
      const metadata = { name: RECORD.name, namespace: 'alga-system' };
      const data = { 'repairs.json': documentText(REPAIR_LOG, { entries }) };
      await cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, signal);
      return {};
    },
  ],
])('blocks, and nothing is deleted: %s', async (_what, prepare, words) => {
  await databaseAway();
  const bed = await testBed(server.kubeconfig, 1);
  const changes = await prepare();
  await waitingPod(words);
  await expect(awaitCore(bed.context({ facts: FACTS, ...changes }))).rejects.toMatchObject({
    blockers: expect.arrayContaining([expect.objectContaining({ component: 'db' })]),
  });
  expect((await podNow())?.metadata.deletionTimestamp).toBeUndefined();
});

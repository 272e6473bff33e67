import { expect, test } from 'vitest';
import { diagnose } from '../../diagnosis/index.ts';
import { ref } from '../../kubernetes/addresses.ts';
import type { Remedy } from '../../model/repair.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { isBeingRepaired, readRepairs, remediesFor, repair, settleRepairs, subjectOf } from '../../remedies/index.ts';
import type { Seen } from '../../remedies/index.ts';
import { appliance } from '../diagnosis/appliance.ts';
import type { Change } from '../diagnosis/appliance.ts';
import { pulling } from '../diagnosis/faults.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes/index.ts';

const signal = AbortSignal.timeout(60_000);
const POD = 'email-service-7d9c5b8f6d-q4z8w';
const CUT = pulling('email-service', 'ImagePullBackOff', 'Back-off pulling image', [
  ['Failed', 'Failed to pull image: failed to copy: httpReadSeeker: failed open: unexpected EOF', { count: 4 }],
  ['BackOff', 'Back-off pulling image', { count: 9 }],
]);

/** The appliance in which the pull of the email service was cut, its pod having this name: its Deployment gives each another. */
function cut(pod: string): { items: KubernetesObject[]; seen: Seen } {
  const renamed: Change = (items) => {
    const text = JSON.stringify(items).replaceAll(POD, pod);
    items.splice(0, items.length, ...(JSON.parse(text) as KubernetesObject[]));
    for (const item of items) item.metadata.resourceVersion = '7';
  };
  const snapshot = appliance(CUT, renamed);
  const { view, graph } = diagnose(snapshot, { now: new Date(snapshot.takenAt) });
  return { items: snapshot.kubernetes?.items ?? [], seen: { view, causes: graph.causes } };
}

/** A cluster in which that pod waits, and the remedies that it calls for. */
async function waiting(api: FakeKubernetes, pod: string): Promise<{ seen: Seen; remedies: readonly Remedy[] }> {
  const { items, seen } = cut(pod);
  for (const item of items.filter(({ metadata }) => metadata.name === pod)) api.put(item);
  const { uid = '', resourceVersion = '' } = (await api.cluster.get(ref.pod('msp', pod), signal))?.metadata ?? {};
  return {
    seen,
    remedies: remediesFor(seen).map((one) => ({ ...one, target: { ...one.target, uid, resourceVersion } })),
  };
}

test('a pod that its Deployment creates again under another name counts as the same one: three times an hour', async () => {
  const api = fakeKubernetes(appliance().kubernetes?.items ?? []);
  let time = Date.parse('2026-05-01T12:00:00Z');
  const repairing = { cluster: api.cluster, by: 'install', now: () => new Date(time), signal } as const;
  const deleted = async (pod: string): Promise<boolean> => {
    const { seen, remedies } = await waiting(api, pod);
    expect(remedies.map(({ object }) => object)).toEqual([`Pod msp/${pod}`]);
    await settleRepairs(repairing, seen);
    await repair(repairing, remedies);
    const left = await api.cluster.get(ref.pod('msp', pod), signal);
    return left === null || left.metadata.deletionTimestamp !== undefined;
  };
  const did: boolean[] = [];
  for (const last of 'bcdfg') {
    did.push(await deleted(`email-service-7d9c5b8f6d-aaaa${last}`));
    time += 5 * 60_000;
  }
  expect(did).toEqual([true, true, true, false, false]);
  time += 60 * 60_000;
  expect(await deleted('email-service-7d9c5b8f6d-aaaah')).toBe(true);
});

test('a repair has not helped if the pod that replaced the first one fails in the same way', async () => {
  const api = fakeKubernetes(appliance().kubernetes?.items ?? []);
  const now = new Date('2026-05-01T12:00:00Z');
  const repairing = { cluster: api.cluster, by: 'install', now: () => now, signal } as const;
  await repair(repairing, (await waiting(api, POD)).remedies);
  const { seen } = await waiting(api, 'email-service-7d9c5b8f6d-aaaab');
  const entries = await readRepairs(api.cluster, signal);
  expect(seen.causes.map((cause) => isBeingRepaired(entries, subjectOf(seen.view, cause), now))).toEqual([true]);
  expect(await settleRepairs(repairing, seen, { atOnce: true })).toMatchObject([
    { object: `Pod msp/${POD}`, subject: 'ReplicaSet msp/email-service-7d9c5b8f6d', resolved: false },
  ]);
});

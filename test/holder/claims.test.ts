import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import { HeldByAnother } from '../../holder/errors.ts';
import { fenced } from '../../holder/fence.ts';
import { hold, recordHolder, recordedHolder, takeOver } from '../../holder/hold.ts';
import type { Surroundings } from '../../holder/hold.ts';
import { BINDING, LEASE, readBinding, readLease } from '../../holder/lease.ts';
import { ref } from '../../kubernetes/addresses.ts';
import { holderUser } from '../../model/holder.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes/index.ts';

const signal = AbortSignal.timeout(170_000);
const CONFIG = ref.configMap('default', 'written');

/** One laptop with its own copy of the site's folder. Each of its calls to the API server waits until `go` lets it through. */
interface Laptop {
  readonly around: Surroundings;
  readonly folder: PrivateFolder;
  readonly operatorId: string;
}

function laptop(api: FakeKubernetes, name: string, gate?: Gate): Laptop {
  const folder = folderInMemory();
  const operatorId = randomUUID();
  const through = (cluster: Cluster): Cluster => (gate ? gated(cluster, gate) : cluster);
  return {
    folder,
    operatorId,
    around: {
      folder,
      operator: async () => ({ operatorId, name: `${name}@station` }),
      clock: { now: () => new Date('2026-05-01T12:00:00.000Z'), sleep: async () => {} },
      connect: async (as) => through(as === undefined ? api.cluster : api.as(as)),
    },
  };
}

type Gate = () => Promise<void>;

function gated(cluster: Cluster, gate: Gate): Cluster {
  return {
    ...cluster,
    get: async (...call) => (await gate(), cluster.get(...call)),
    create: async (...call) => (await gate(), cluster.create(...call)),
    patch: async (...call) => (await gate(), cluster.patch(...call)),
    apply: async (...call) => (await gate(), cluster.apply(...call)),
    delete: async (...call) => (await gate(), cluster.delete(...call)),
  };
}

const written = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'written', namespace: 'default' },
  data,
});

test('the first write claims the appliance, and says who holds it to people and to the API server', async () => {
  const api = fakeKubernetes();
  const one = laptop(api, 'anna');
  await fenced(one.around, api.cluster, { kind: 'install' }).apply(written({ a: '1' }), signal);
  expect(await api.cluster.get(LEASE, signal)).toMatchObject({
    metadata: {
      annotations: {
        'appliance.alga-psa/holder': 'anna@station',
        'appliance.alga-psa/operation': '{"kind":"install","since":"2026-05-01T12:00:00.000Z"}',
      },
    },
    spec: { holderIdentity: one.operatorId, leaseTransitions: 1, acquireTime: '2026-05-01T12:00:00.000000Z' },
  });
  expect(await api.cluster.get(BINDING, signal)).toMatchObject({
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', name: `alga:holder:${one.operatorId}:1` }],
  });
  expect(await recordedHolder(one.folder)).toMatchObject({
    operatorId: one.operatorId,
    epoch: 1,
    name: 'anna@station',
  });
});

test('reading claims nothing', async () => {
  const api = fakeKubernetes();
  const one = laptop(api, 'anna');
  await fenced(one.around, api.cluster, { kind: 'install' }).get(CONFIG, signal);
  expect(await api.cluster.get(LEASE, signal)).toBeNull();
});

test('after a takeover the old holder writes nothing, by whatever connection, and is told who took it', async () => {
  const api = fakeKubernetes();
  const [one, other] = [laptop(api, 'anna'), laptop(api, 'ben')];
  const cluster = fenced(one.around, api.cluster, { kind: 'install' });
  await cluster.apply(written({ a: '1' }), signal);
  await takeOver(other.around, await readLease(api.cluster, signal), signal);
  const late = [
    () => cluster.apply(written({ a: '2' }), signal, { force: true }),
    () => cluster.create({ ...written({}), metadata: { name: 'more', namespace: 'default' } }, signal),
    () => cluster.patch(CONFIG, { data: { a: '2' } }, signal),
    () => cluster.delete(CONFIG, {}, signal),
    () => fenced(one.around, api.cluster, null).delete(CONFIG, {}, signal),
  ];
  for (const write of late)
    await expect(write()).rejects.toMatchObject({ name: 'HeldByAnother', holder: { name: 'ben@station', epoch: 2 } });
  expect((await api.cluster.get(CONFIG, signal))?.['data']).toEqual({ a: '1' });
  await fenced(other.around, api.cluster, null).patch(CONFIG, { data: { a: '3' } }, signal);
  expect((await api.cluster.get(CONFIG, signal))?.['data']).toEqual({ a: '3' });
});

test('one operation at a time: another is refused by name, until it has ended or its time is over', async () => {
  const api = fakeKubernetes();
  const one = laptop(api, 'anna');
  await hold(one.around, { kind: 'install' }, signal);
  await expect(hold(one.around, { kind: 'admin', forMs: 60_000 }, signal)).rejects.toMatchObject({
    name: 'OperationRuns',
    operation: { kind: 'install' },
  });
  // The same one goes on.
  await hold(one.around, { kind: 'install' }, signal);
  const second = fakeKubernetes();
  const two = laptop(second, 'ben');
  await hold(two.around, { kind: 'admin', forMs: 60_000 }, signal);
  await expect(hold(two.around, { kind: 'install' }, signal)).rejects.toMatchObject({ name: 'OperationRuns' });
  const later = { ...two.around, clock: { ...two.around.clock, now: () => new Date('2026-05-01T12:01:01.000Z') } };
  await hold(later, { kind: 'install' }, signal);
});

test('a right that was taken away by hand is put back for the present holder', async () => {
  const api = fakeKubernetes();
  const one = laptop(api, 'anna');
  const cluster = fenced(one.around, api.cluster, null);
  await cluster.apply(written({ a: '1' }), signal);
  await api.cluster.delete(BINDING, {}, signal);
  await cluster.apply(written({ a: '2' }), signal);
  expect((await api.cluster.get(CONFIG, signal))?.['data']).toEqual({ a: '2' });
});

test('who has taken the folder over claims the appliance when it answers; a copied folder alone claims nothing', async () => {
  const api = fakeKubernetes();
  const [one, other] = [laptop(api, 'anna'), laptop(api, 'ben')];
  await hold(one.around, null, signal);
  const record = await recordedHolder(one.folder);
  if (!record) throw new Error('the holder is on record');
  await recordHolder(other.folder, record);
  await expect(hold(other.around, null, signal)).rejects.toBeInstanceOf(HeldByAnother);
  await recordHolder(other.folder, { ...record, operatorId: other.operatorId, epoch: 2 });
  expect(await hold(other.around, null, signal)).toMatchObject({ operatorId: other.operatorId, epoch: 2 });
});

/**
 * Several laptops at once, each call of each let through in an order that is drawn; a call that is drawn no more is that of a laptop
 * that fell asleep for good. Whatever the order: after the right was given to an epoch no earlier one writes, and the right never
 * goes back.
 */
const acts = fc.record({
  claimers: fc.array(fc.constantFrom('holds', 'takes-over'), { minLength: 2, maxLength: 3 }),
  begins: fc.constantFrom('held-by-the-first', 'nobody'),
  /** Who goes on, and by how many calls. */
  order: fc.array(fc.record({ who: fc.nat(2), calls: fc.integer({ min: 1, max: 8 }) }), { maxLength: 20 }),
});

test('of claims in every order at most one holder may write at a time, and the right never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async ({ claimers, begins, order }) => {
      const api = fakeKubernetes();
      const waiting: { readonly who: number; readonly go: () => void }[] = [];
      const laptops = claimers.map((_, who) =>
        laptop(api, `p${who}`, () => new Promise((go) => waiting.push({ who, go }))),
      );
      if (begins === 'held-by-the-first') {
        const first = laptops[0];
        if (!first) throw new Error('there are two at least');
        await hold(
          { ...first.around, connect: async (as) => (as === undefined ? api.cluster : api.as(as)) },
          null,
          signal,
        );
      }
      const ended: Promise<void>[] = [];
      for (const [who, kind] of claimers.entries()) {
        const { around } = laptops[who] ?? {};
        if (!around) continue;
        const run = async (): Promise<void> => {
          const cluster = await around.connect();
          if (kind !== 'holds') await takeOver(around, await readLease(cluster, signal), signal);
          await fenced(around, cluster, null).apply(written({ by: String(who) }), signal, { force: true });
        };
        ended.push(
          run().catch((error: unknown) => {
            if (!(error instanceof HeldByAnother) && !(error instanceof ClusterError)) throw error;
          }),
        );
      }
      let highest = 0;
      const goOn = async (who: number): Promise<boolean> => {
        await settled();
        const at = waiting.findIndex((one) => one.who === who);
        if (at === -1) return false;
        waiting.splice(at, 1)[0]?.go();
        await settled();
        highest = await expectOneWriter(api, laptops, highest);
        return true;
      };
      for (const { who, calls } of order) for (let call = 0; call < calls && (await goOn(who)); call += 1);
      for (const who of claimers.keys()) while (await goOn(who));
      await Promise.all(ended);
    }),
    { numRuns: 400, seed: 20_261_130 },
  );
}, 60_000);

/** Everything that can go on without the API server has gone on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** What a folder holds, without a disk: the order of the calls is then the test's alone. */
function folderInMemory(): PrivateFolder {
  const files = new Map<string, string>();
  const path = (name: string): string => `/site/${name}`;
  return {
    root: '/site',
    path,
    exists: async (name) => files.has(name),
    make: async () => {},
    read: async (name) => files.get(name) ?? null,
    write: async (name, text) => void files.set(name, text),
    createOnce: async (name, text) => {
      if (files.has(name)) return false;
      files.set(name, text);
      return true;
    },
    protect: async () => {},
    list: async () => [...files.keys()],
    rename: async (from, to) => {
      const text = files.get(from);
      if (text === undefined) throw new Error(`no ${from}`);
      files.delete(from);
      files.set(to, text);
    },
    remove: async (name) => void files.delete(name),
  };
}

async function expectOneWriter(api: FakeKubernetes, laptops: readonly Laptop[], highest: number): Promise<number> {
  const bound = (await readBinding(api.cluster, signal))?.holder ?? null;
  const epoch = bound?.epoch ?? 0;
  expect(epoch).toBeGreaterThanOrEqual(highest);
  const mayWrite: string[] = [];
  for (const { operatorId } of laptops)
    for (let tried = 1; tried <= 4; tried += 1) {
      const user = holderUser({ operatorId, epoch: tried });
      const may = await api
        .as(user)
        .patch(LEASE, {}, signal)
        .then(
          () => true,
          (error: unknown) => !(error instanceof ClusterError && error.fault === 'forbidden'),
        );
      if (may) mayWrite.push(user);
    }
  expect(mayWrite).toEqual(bound === null ? [] : [holderUser(bound)]);
  // The Lease is never behind the right to write.
  const lease = await readLease(api.cluster, signal);
  expect(lease?.holder.epoch ?? 0).toBeGreaterThanOrEqual(epoch);
  if (bound !== null && lease?.holder.epoch === epoch) expect(lease.holder.operatorId).toBe(bound.operatorId);
  return epoch;
}

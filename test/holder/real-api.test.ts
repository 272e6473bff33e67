import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { ClusterError } from '../../activities/ports/kubernetes.ts';
import { fenced } from '../../holder/fence.ts';
import { hold, takeOver } from '../../holder/hold.ts';
import { readBinding, readLease } from '../../holder/lease.ts';
import { ref } from '../../kubernetes/addresses.ts';
import { holderUser } from '../../model/holder.ts';
import { realCluster } from '../activities/support/real-cluster.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { laptopAt } from './support/laptop.ts';

/** What only a real API server with RBAC can show: that it refuses a late write by itself. */
const server = realCluster(false);
const signal = AbortSignal.timeout(170_000);
const LATE = ref.configMap('default', 'late');

test('a laptop that sleeps between look and write, and wakes after a takeover, writes nothing', async () => {
  const writer = fileURLToPath(new URL('support/late-writer.ts', import.meta.url));
  const first = spawn(process.execPath, [writer, server.kubeconfig, await temporaryFolder(), randomUUID()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void first.kill('SIGKILL'));
  const lines = createInterface({ input: first.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('looked');

  const other = laptopAt(server.kubeconfig, await temporaryFolder(), randomUUID(), 'ben@station-2');
  const cluster = await other.connect();
  onTestFinished(() => cluster.reader.close());
  await takeOver(other, await readLease(cluster, signal), signal);
  const own = fenced(other, cluster, { kind: 'install' });
  await own.patch(LATE, { data: { by: 'the second' } }, signal);

  first.kill('SIGCONT');
  const told = JSON.parse(String((await lines.next()).value)) as string[];
  expect(told).toEqual(
    Array.from({ length: 3 }, () => expect.stringMatching(/^HeldByAnother: .* ben@station-2 since .* \(epoch 2\)/)),
  );
  expect((await cluster.get(LATE, signal))?.['data']).toEqual({ by: 'the second' });
  await once(first, 'exit');
}, 120_000);

test('of two who take over at once one holds the site, and only that one may write', async () => {
  const [one, other] = await Promise.all(
    ['carol@station-3', 'dora@station-4'].map(async (name) =>
      laptopAt(server.kubeconfig, await temporaryFolder(), randomUUID(), name),
    ),
  );
  if (!one || !other) throw new Error('there are two');
  const cluster = await one.connect();
  onTestFinished(async () => {
    await cluster.reader.close();
    await (await other.connect()).reader.close();
  });
  const seen = await readLease(cluster, signal);
  const ends = await Promise.allSettled([takeOver(one, seen, signal), takeOver(other, seen, signal)]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const lease = await readLease(cluster, signal);
  const bound = await readBinding(cluster, signal);
  expect(bound?.holder).toEqual({ operatorId: lease?.holder.operatorId, epoch: lease?.holder.epoch });
  for (const around of [one, other]) {
    const { operatorId } = await around.operator();
    const epoch = lease?.holder.epoch ?? 0;
    const as = await around.connect(holderUser({ operatorId, epoch }));
    const end = await as.patch(LATE, { data: {} }, signal).then(
      () => 'written',
      (error: ClusterError) => error.fault,
    );
    expect(end).toBe(operatorId === lease?.holder.operatorId ? 'written' : 'forbidden');
  }
});

test('an operation that another has ended by taking over is not ended by the first', async () => {
  const [first, second] = [
    laptopAt(server.kubeconfig, await temporaryFolder(), randomUUID(), 'ed@station-5'),
    laptopAt(server.kubeconfig, await temporaryFolder(), randomUUID(), 'fay@station-6'),
  ];
  const cluster = await first.connect();
  onTestFinished(() => cluster.reader.close());
  await takeOver(first, await readLease(cluster, signal), signal);
  await hold(first, { kind: 'install' }, signal);
  await takeOver(second, await readLease(cluster, signal), signal);
  await hold(second, { kind: 'install' }, signal);
  const { endOperation } = await import('../../holder/hold.ts');
  await endOperation(first, 'install', signal);
  expect((await readLease(cluster, signal))?.operation).toMatchObject({ kind: 'install' });
  await endOperation(second, 'install', signal);
  expect((await readLease(cluster, signal))?.operation).toBeNull();
  const late = await (
    await first.connect(holderUser({ operatorId: (await first.operator()).operatorId, epoch: 99 }))
  )
    .delete(LATE, {}, signal)
    .catch((error: ClusterError) => error.fault);
  expect(late).toBe('forbidden');
});

test('the holder may write all that an install writes, rights and definitions included', async () => {
  const around = laptopAt(server.kubeconfig, await temporaryFolder(), randomUUID(), 'gil@station-7');
  const cluster = await around.connect();
  onTestFinished(() => cluster.reader.close());
  await takeOver(around, await readLease(cluster, signal), signal);
  const own = fenced(around, cluster, null);
  const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
  const rbac = 'rbac.authorization.k8s.io/v1';
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } },
    { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'crd-controller' }, rules: everything },
    {
      apiVersion: rbac,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'cluster-reconciler' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'kustomize-controller', namespace: 'flux-system' }],
    },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
  ];
  for (const object of objects) expect((await own.apply(object, signal, { force: true })).metadata.uid).toBeDefined();
});

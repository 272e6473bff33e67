import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ObjectRef } from '../../kubernetes/addresses.ts';
import { ref } from '../../kubernetes/addresses.ts';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import type { WatchChange } from '../../observation/index.ts';

const signal = AbortSignal.timeout(170_000);
const CONFIG_MAPS = { apiVersion: 'v1', plural: 'configmaps', kind: 'ConfigMap' };

/** A server, and the way to make it forget what has changed so far, as it does in time. */
export interface ServerUnderTest {
  readonly cluster: Cluster;
  forget(): Promise<void>;
}

/** One namespace of its own for one test, and what a test names in it. */
interface Bench extends ServerUnderTest {
  readonly namespace: string;
  readonly map: ObjectRef;
  configMap(data: Record<string, string>, metadata?: Partial<KubernetesObject['metadata']>): KubernetesObject;
  deployment(replicas: number): KubernetesObject;
  pod(name: string, nodeName?: string): KubernetesObject;
}

/**
 * How an API server answers, whichever one: run against the fake and against a real kube-apiserver, neither of which has a
 * controller or a kubelet. What stands here is what tests with the fake may rely on.
 */
export function kubernetesContract(open: () => Promise<ServerUnderTest>): void {
  test('is ready', async () => {
    expect(await (await open()).cluster.ready(signal)).toBe(true);
  });

  describe('an apply', () => {
    test('that says the same again writes nothing', async () => {
      const { cluster, configMap } = await bench(open);
      const first = await cluster.apply(configMap({ a: '1' }), signal);
      const second = await cluster.apply(configMap({ a: '1' }), signal);
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      expect(first.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    });

    test('removes what it left out, and keeps what others wrote', async () => {
      const { cluster, configMap, map } = await bench(open);
      await cluster.apply(configMap({ a: '1', b: '2' }), signal);
      await cluster.patch(map, { data: { c: '3' }, metadata: { labels: { by: 'hand' } } }, signal);
      const now = await cluster.apply(configMap({ a: '1' }), signal);
      expect(now['data']).toEqual({ a: '1', c: '3' });
      expect(now.metadata.labels).toEqual({ by: 'hand' });
    });

    test('takes what another wrote otherwise only by force, and what it wrote alike at any time', async () => {
      const { cluster, configMap, map } = await bench(open);
      await cluster.apply(configMap({ a: '1' }), signal);
      await cluster.patch(map, { data: { a: '2', b: '2' } }, signal);
      await expect(cluster.apply(configMap({ a: '1' }), signal)).rejects.toMatchObject({ fault: 'conflict' });
      expect((await cluster.get(map, signal))?.['data']).toEqual({ a: '2', b: '2' });
      await cluster.apply(configMap({ a: '2' }), signal);
      const forced = await cluster.apply(configMap({ a: '3' }), signal, { force: true });
      expect(forced['data']).toEqual({ a: '3', b: '2' });
      expect((await cluster.apply(configMap({ a: '4' }), signal))['data']).toEqual({ a: '4', b: '2' });
    });

    test('of what was read before needs this very object at this very version', async () => {
      const { cluster, configMap } = await bench(open);
      const { metadata } = await cluster.apply(configMap({ a: '1' }), signal);
      await cluster.apply(configMap({ a: '2' }), signal);
      const { resourceVersion } = metadata;
      const late = configMap({ a: '3' }, { ...(resourceVersion && { resourceVersion }) });
      await expect(cluster.apply(late, signal)).rejects.toMatchObject({ fault: 'conflict' });
      const another = configMap({ a: '3' }, { uid: randomUUID() });
      await expect(cluster.apply(another, signal)).rejects.toMatchObject({ fault: 'invalid' });
    });

    test('over what was created is over what another wrote', async () => {
      const { cluster, configMap } = await bench(open);
      await cluster.create(configMap({ a: '1' }), signal);
      await expect(cluster.apply(configMap({ a: '2' }), signal)).rejects.toMatchObject({ fault: 'conflict' });
    });
  });

  describe('a create', () => {
    test('happens once, with a uid of the server’s own', async () => {
      const { cluster, configMap, map } = await bench(open);
      const uid = randomUUID();
      const first = await cluster.create(configMap({}, { uid }), signal);
      await expect(cluster.create(configMap({}), signal)).rejects.toMatchObject({ fault: 'already-exists' });
      await cluster.delete(map, {}, signal);
      const second = await cluster.create(configMap({}), signal);
      expect(new Set([uid, first.metadata.uid, second.metadata.uid]).size).toBe(3);
    });

    test('of what was read before is refused with its version', async () => {
      const { cluster, configMap } = await bench(open);
      const metadata = { resourceVersion: '7' };
      await expect(cluster.create(configMap({}, metadata), signal)).rejects.toMatchObject({ fault: 'other' });
    });

    test('says nothing of the status', async () => {
      const { cluster, deployment, namespace } = await bench(open);
      await cluster.create({ ...deployment(1), status: { replicas: 3 } }, signal);
      await cluster.patch(ref.deployment(namespace, 'd'), { status: { replicas: 3 } }, signal);
      const found = await cluster.get(ref.deployment(namespace, 'd'), signal);
      expect(found?.['status'] ?? {}).not.toHaveProperty('replicas');
    });
  });

  describe('a patch', () => {
    test('merges, and takes away by null', async () => {
      const { cluster, configMap, map } = await bench(open);
      await cluster.create(configMap({ a: '1', b: '2' }), signal);
      const now = await cluster.patch(map, { data: { a: null, c: '3' } }, signal);
      expect(now['data']).toEqual({ b: '2', c: '3' });
    });

    test('needs an object, and this very object at this very version where it says so', async () => {
      const { cluster, configMap, map } = await bench(open);
      await expect(cluster.patch(map, {}, signal)).rejects.toMatchObject({ fault: 'not-found' });
      const old = await cluster.create(configMap({ a: '1' }), signal);
      await cluster.patch(map, { data: { a: '2' } }, signal);
      const late = { metadata: { resourceVersion: old.metadata.resourceVersion }, data: { a: '3' } };
      await expect(cluster.patch(map, late, signal)).rejects.toMatchObject({ fault: 'conflict' });
      const another = { metadata: { uid: randomUUID() }, data: { a: '3' } };
      await expect(cluster.patch(map, another, signal)).rejects.toMatchObject({ fault: 'invalid' });
      expect((await cluster.get(map, signal))?.['data']).toEqual({ a: '2' });
    });
  });

  test('generations count what is asked for, and a Deployment’s annotations, not what it is called', async () => {
    const { cluster, deployment, configMap, namespace } = await bench(open);
    const at = ref.deployment(namespace, 'd');
    const generation = async (patch: Record<string, unknown>) =>
      (await cluster.patch(at, patch, signal)).metadata.generation;
    expect((await cluster.create(deployment(1), signal)).metadata.generation).toBe(1);
    expect(await generation({ spec: { replicas: 2 } })).toBe(2);
    expect(await generation({ spec: { replicas: 2 } })).toBe(2);
    expect(await generation({ metadata: { labels: { by: 'hand' } } })).toBe(2);
    expect(await generation({ metadata: { annotations: { by: 'hand' } } })).toBe(3);
    expect((await cluster.create(configMap({}), signal)).metadata.generation).toBeUndefined();
  });

  describe('a delete', () => {
    test('takes only the object that was meant', async () => {
      const { cluster, configMap, map } = await bench(open);
      const { metadata } = await cluster.create(configMap({}), signal);
      expect(await cluster.delete(map, { uid: randomUUID() }, signal)).toBe(false);
      expect(await cluster.delete(map, { uid: metadata.uid ?? '' }, signal)).toBe(true);
      expect(await cluster.delete(map, {}, signal)).toBe(false);
      expect(await cluster.get(map, signal)).toBeNull();
    });

    test('waits for the last finalizer, and the name is taken until then', async () => {
      const { cluster, configMap, map } = await bench(open);
      await cluster.create(configMap({}, { finalizers: ['example.org/a', 'example.org/b'] }), signal);
      expect(await cluster.delete(map, {}, signal)).toBe(true);
      expect((await cluster.get(map, signal))?.metadata.deletionTimestamp).toBeDefined();
      await expect(cluster.create(configMap({}), signal)).rejects.toMatchObject({ fault: 'already-exists' });
      const more = { metadata: { finalizers: ['example.org/a', 'example.org/b', 'example.org/c'] } };
      await expect(cluster.patch(map, more, signal)).rejects.toMatchObject({ fault: 'invalid' });
      await cluster.patch(map, { metadata: { finalizers: ['example.org/b'] } }, signal);
      expect(await cluster.get(map, signal)).not.toBeNull();
      await cluster.patch(map, { metadata: { finalizers: null } }, signal);
      expect(await cluster.get(map, signal)).toBeNull();
    });

    test('of a claim or a volume waits for who takes its protection off', async () => {
      const { cluster, namespace } = await bench(open);
      for (const [at, finalizer] of [
        [ref.claim(namespace, 'c'), 'kubernetes.io/pvc-protection'],
        [ref.volume(namespace), 'kubernetes.io/pv-protection'],
      ] as const) {
        const made = await cluster.create(at.kind === 'PersistentVolume' ? volume(at) : claim(at), signal);
        expect(made.metadata['finalizers']).toEqual([finalizer]);
        await cluster.delete(at, {}, signal);
        expect((await cluster.get(at, signal))?.metadata.deletionTimestamp).toBeDefined();
        await cluster.patch(at, { metadata: { finalizers: null } }, signal);
        expect(await cluster.get(at, signal)).toBeNull();
      }
    });

    test('of a pod waits for its kubelet, where it has one', async () => {
      const { cluster, namespace, pod } = await bench(open);
      for (const one of [pod('placed', 'appliance'), pod('unplaced')]) {
        await cluster.create(one, signal);
        await cluster.delete(ref.pod(namespace, one.metadata.name), {}, signal);
      }
      expect((await cluster.get(ref.pod(namespace, 'placed'), signal))?.metadata.deletionTimestamp).toBeDefined();
      expect(await cluster.get(ref.pod(namespace, 'unplaced'), signal)).toBeNull();
    });
  });

  describe('a namespace', () => {
    test('must be there, and must be named', async () => {
      const { cluster, configMap } = await bench(open);
      const lost = configMap({}, { namespace: `nowhere-${randomUUID()}` });
      await expect(cluster.create(lost, signal)).rejects.toMatchObject({ fault: 'not-found' });
      await expect(cluster.apply(lost, signal)).rejects.toMatchObject({ fault: 'not-found' });
      const unnamed = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ours' } };
      const refused = { fault: 'invalid' };
      await expect(cluster.create(unnamed, signal)).rejects.toMatchObject(refused);
      await expect(cluster.get({ ...unnamed, name: 'ours' }, signal)).rejects.toMatchObject(refused);
    });

    test('that is deleted takes nothing new', async () => {
      const { cluster, configMap, map, namespace } = await bench(open);
      await cluster.create(configMap({}), signal);
      await cluster.delete(ref.namespace(namespace), {}, signal);
      const found = await cluster.get(ref.namespace(namespace), signal);
      expect(found).toMatchObject({ status: { phase: 'Terminating' } });
      const late = configMap({}, { name: 'late' });
      await expect(cluster.create(late, signal)).rejects.toMatchObject({ fault: 'conflict' });
      expect((await cluster.patch(map, { data: { a: '1' } }, signal))['data']).toEqual({ a: '1' });
    });
  });

  test('of a kind that nobody has defined there is nothing, and nothing can be made', async () => {
    const { cluster, namespace } = await bench(open);
    const kind = { apiVersion: 'nobody.example/v1', kind: 'Nothing' };
    const at = { ...kind, namespace, name: 'none' };
    expect(await cluster.get(at, signal)).toBeNull();
    expect(await cluster.list(kind, {}, signal)).toEqual([]);
    expect(await cluster.delete(at, {}, signal)).toBe(false);
    const metadata = { namespace, name: 'none' };
    await expect(cluster.apply({ ...kind, metadata }, signal)).rejects.toMatchObject({ fault: 'not-found' });
    const listed = cluster.reader.list({ resource: { ...kind, plural: 'nothings' }, signal, timeoutMs: 10_000 });
    await expect(listed).rejects.toMatchObject({ status: 404 });
  });

  test('a list has what is selected, by name, and a version to watch from', async () => {
    const { cluster, configMap, namespace } = await bench(open);
    const list = async (query: { labelSelector?: string; fieldSelector?: string }) =>
      (await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace, ...query }, signal)).map(
        ({ metadata }) => metadata.name,
      );
    await cluster.create(configMap({}, { name: 'b', labels: { tier: 'background' } }), signal);
    const { metadata } = await cluster.create(configMap({}, { name: 'a', labels: { tier: 'core' } }), signal);
    expect(await list({})).toEqual(['a', 'b']);
    expect(await list({ labelSelector: 'tier=core' })).toEqual(['a']);
    expect(await list({ labelSelector: 'tier in (core, background),tier!=core' })).toEqual(['b']);
    expect(await list({ labelSelector: '!tier' })).toEqual([]);
    expect(await list({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
    const answer = await cluster.reader.list({ resource: CONFIG_MAPS, namespace, signal, timeoutMs: 10_000 });
    expect(answer.items.map(({ kind, apiVersion }) => `${apiVersion} ${kind}`)).toEqual([
      'v1 ConfigMap',
      'v1 ConfigMap',
    ]);
    expect(Number(answer.resourceVersion)).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
  });

  describe('a watch', () => {
    test('tells what comes, changes and goes since a version, each with a newer one', async () => {
      const { cluster, configMap, map, namespace } = await bench(open);
      const query = { resource: CONFIG_MAPS, namespace, fieldSelector: 'metadata.name=ours' };
      const { resourceVersion } = await cluster.reader.list({ ...query, signal, timeoutMs: 10_000 });
      await cluster.create(configMap({}), signal);
      await cluster.create(configMap({}, { name: 'another' }), signal);
      const watch = cluster.reader.watch({ ...query, resourceVersion: resourceVersion ?? '', signal: ended() });
      const changes: WatchChange[] = [];
      for await (const change of watch) {
        changes.push(change);
        if (change.type === 'ADDED') await cluster.patch(map, { data: { a: '1' } }, signal);
        if (change.type === 'MODIFIED') await cluster.delete(map, {}, signal);
        if (change.type === 'DELETED') break;
      }
      expect(changes.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      const versions = changes.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual(versions.toSorted((one, other) => one - other));
      expect(new Set([resourceVersion, ...versions.map(String)]).size).toBe(4);
    });

    test('from a version that the server remembers no more is refused with 410', async () => {
      const { cluster, configMap, map, namespace, forget } = await bench(open);
      const { metadata } = await cluster.create(configMap({}), signal);
      await cluster.patch(map, { data: { a: '1' } }, signal);
      await forget();
      const resourceVersion = metadata.resourceVersion ?? '';
      const watch = cluster.reader.watch({ resource: CONFIG_MAPS, namespace, resourceVersion, signal: ended() });
      await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 410 });
    });
  });

  test('there is no log without its pod, nor of a container that the pod does not have', async () => {
    const { cluster, namespace, pod } = await bench(open);
    const at = { namespace, name: 'p', container: 'other', tailLines: 10 };
    await expect(cluster.podLog(at, signal)).rejects.toMatchObject({ fault: 'not-found' });
    await cluster.create(pod('p', 'appliance'), signal);
    await expect(cluster.podLog(at, signal)).rejects.toMatchObject({
      fault: 'invalid',
      message: expect.stringContaining('container other is not valid for pod p'),
    });
  });
}

async function bench(open: () => Promise<ServerUnderTest>): Promise<Bench> {
  const server = await open();
  const { cluster } = server;
  const namespace = `contract-${randomUUID()}`;
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal);
  const template = { containers: [{ name: 'main', image: 'example.org/none:1' }] };
  return {
    ...server,
    namespace,
    map: ref.configMap(namespace, 'ours'),
    configMap: (data, metadata) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'ours', ...metadata },
      data,
    }),
    deployment: (replicas) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name: 'd' },
      spec: {
        replicas,
        selector: { matchLabels: { app: 'd' } },
        template: { metadata: { labels: { app: 'd' } }, spec: template },
      },
    }),
    pod: (name, nodeName) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name },
      spec: { ...template, ...(nodeName !== undefined && { nodeName }) },
    }),
  };
}

function claim({ apiVersion, kind, name, namespace }: ObjectRef): KubernetesObject {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, spec };
}

function volume({ apiVersion, kind, name }: ObjectRef): KubernetesObject {
  const spec = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/none' } };
  return { apiVersion, kind, metadata: { name }, spec };
}

/** A watch that is left open ends with its test. */
function ended(): AbortSignal {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  return over.signal;
}

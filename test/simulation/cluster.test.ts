import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { bootKubernetes, openByHand } from './by-hand.ts';
import type { ByHand } from './by-hand.ts';

const MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' };

function configMap(data: Record<string, string>): KubernetesObject {
  const { namespace, name } = MAP;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

async function opened(): Promise<{ node: ByHand; cluster: Cluster; signal: AbortSignal }> {
  const node = await openByHand('all-well');
  return { node, cluster: await bootKubernetes(node), signal: node.signal };
}

describe('the simulated API server', () => {
  it('takes a repeated apply for no change', async () => {
    const { cluster, signal } = await opened();
    const first = await cluster.apply(configMap({ a: '1' }), signal);
    const second = await cluster.apply(configMap({ a: '1' }), signal);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(first.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('removes what the same manager left out, and keeps what others wrote', async () => {
    const { cluster, signal } = await opened();
    await cluster.apply(configMap({ a: '1', b: '2' }), signal);
    await cluster.patch(MAP, { data: { c: '3' }, metadata: { labels: { by: 'hand' } } }, signal);
    const now = await cluster.apply(configMap({ a: '1' }), signal);
    expect(now['data']).toEqual({ a: '1', c: '3' });
    expect(now.metadata.labels).toEqual({ by: 'hand' });
  });

  it('creates once', async () => {
    const { cluster, signal } = await opened();
    await cluster.create(configMap({}), signal);
    await expect(cluster.create(configMap({}), signal)).rejects.toMatchObject({ fault: 'already-exists' });
  });

  it('refuses a patch that was made for an older version', async () => {
    const { cluster, signal } = await opened();
    const old = await cluster.create(configMap({ a: '1' }), signal);
    await cluster.patch(MAP, { data: { a: '2' } }, signal);
    const late = { metadata: { resourceVersion: old.metadata.resourceVersion }, data: { a: '3' } };
    await expect(cluster.patch(MAP, late, signal)).rejects.toMatchObject({ fault: 'conflict' });
  });

  it('deletes only the object that was meant', async () => {
    const { cluster, signal } = await opened();
    const { metadata } = await cluster.create(configMap({}), signal);
    expect(await cluster.delete(MAP, { uid: 'another' }, signal)).toBe(false);
    expect(await cluster.delete(MAP, { uid: metadata.uid ?? '' }, signal)).toBe(true);
    expect(await cluster.delete(MAP, {}, signal)).toBe(false);
  });

  it('counts generations by what is asked for, not by what is said of it', async () => {
    const { cluster, signal, node } = await opened();
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: 'coredns' };
    await node.until(async () => JSON.stringify(await cluster.get(ref, signal)).includes('"availableReplicas":2'));
    expect((await cluster.get(ref, signal))?.metadata.generation).toBe(1);
    await cluster.patch(ref, { spec: { template: { metadata: { annotations: { restarted: 'now' } } } } }, signal);
    expect((await cluster.get(ref, signal))?.metadata.generation).toBe(2);
    await node.until(async () => {
      const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { labelSelector: 'k8s-app=kube-dns' }, signal);
      return pods.length === 2 && pods.every(({ metadata }) => metadata.annotations?.['restarted'] === 'now');
    });
  });

  it('knows the kinds of Flux only by their definitions', async () => {
    const { cluster, signal } = await opened();
    const source = {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { namespace: 'default', name: 'tree' },
      spec: {},
    };
    await expect(cluster.apply(source, signal)).rejects.toMatchObject({ fault: 'not-found' });
    expect(await cluster.list(source, {}, signal)).toEqual([]);
    const resource = { apiVersion: source.apiVersion, plural: 'gitrepositories', kind: source.kind };
    await expect(cluster.reader.list({ resource, signal, timeoutMs: 1_000 })).rejects.toMatchObject({ status: 404 });
  });

  it('refuses what belongs into a namespace that is not there', async () => {
    const { cluster, signal } = await opened();
    const lost = { ...configMap({}), metadata: { namespace: 'nowhere', name: 'x' } };
    await expect(cluster.apply(lost, signal)).rejects.toMatchObject({ fault: 'not-found' });
  });

  it('takes a namespace away with everything in it', async () => {
    const { cluster, signal, node } = await opened();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'team' };
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }, signal);
    await cluster.apply({ ...configMap({}), metadata: { namespace: 'team', name: 'x' } }, signal);
    await cluster.delete(namespace, {}, signal);
    await node.until(async () => (await cluster.get(namespace, signal)) === null);
    expect(await cluster.get({ ...MAP, namespace: 'team', name: 'x' }, signal)).toBeNull();
  });

  it('selects by labels and fields', async () => {
    const { cluster, signal } = await opened();
    const list = async (query: { labelSelector?: string; fieldSelector?: string }) =>
      (await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'default', ...query }, signal)).map(
        ({ metadata }) => metadata.name,
      );
    for (const [name, tier] of [
      ['a', 'core'],
      ['b', 'background'],
    ] as const) {
      await cluster.create({ ...configMap({}), metadata: { namespace: 'default', name, labels: { tier } } }, signal);
    }
    expect(await list({ labelSelector: 'tier=core' })).toEqual(['a']);
    expect(await list({ labelSelector: 'tier in (core, background),tier!=core' })).toEqual(['b']);
    expect(await list({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
  });

  it('refuses the kubeconfig of another cluster', async () => {
    const { node, signal } = await opened();
    const other = await openByHand('all-well');
    await bootKubernetes(other);
    const cluster = await node.ports.kubernetes.connect(`${other.target.talosconfig}.kubeconfig`);
    await expect(cluster.get(MAP, signal)).rejects.toMatchObject({ fault: 'tls' });
  });

  it('tells a watch what comes, changes and goes', async () => {
    const { cluster, signal } = await opened();
    const resource = { apiVersion: 'v1', plural: 'configmaps', kind: 'ConfigMap' };
    const request = { resource, namespace: 'default', signal, timeoutMs: 1_000 };
    const { resourceVersion } = await cluster.reader.list(request);
    const watch = cluster.reader.watch({ ...request, resourceVersion: resourceVersion ?? '' })[Symbol.asyncIterator]();
    const next = async () => (await watch.next()).value?.type;
    await cluster.create(configMap({}), signal);
    expect(await next()).toBe('ADDED');
    await cluster.patch(MAP, { data: { a: '1' } }, signal);
    expect(await next()).toBe('MODIFIED');
    await cluster.delete(MAP, {}, signal);
    expect(await next()).toBe('DELETED');
  });
});

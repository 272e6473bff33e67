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

  it('takes a namespace away with everything in it', async () => {
    const { cluster, signal, node } = await opened();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'team' };
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }, signal);
    await cluster.apply({ ...configMap({}), metadata: { namespace: 'team', name: 'x' } }, signal);
    await cluster.delete(namespace, {}, signal);
    await node.until(async () => (await cluster.get(namespace, signal)) === null);
    expect(await cluster.get({ ...MAP, namespace: 'team', name: 'x' }, signal)).toBeNull();
  });

  it('refuses the kubeconfig of another cluster', async () => {
    const { node, signal } = await opened();
    const other = await openByHand('all-well');
    await bootKubernetes(other);
    const cluster = await node.ports.kubernetes.connect(`${other.target.talosconfig}.kubeconfig`);
    await expect(cluster.get(MAP, signal)).rejects.toMatchObject({ fault: 'tls' });
  });
});

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ApiException,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';

export interface ClusterFacts {
  readonly kubeconfig: string;
  /** Address of the Service kube-dns. */
  readonly dnsAddress: string;
  readonly dnsDomain: string;
  readonly hostname: string;
  readonly signal: AbortSignal;
}

/** Does what Talos does in a cluster by itself: CoreDNS, and the node's role. What is there already stays as it is. */
export async function applyClusterObjects(facts: ClusterFacts): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(facts.kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  const text = await readFile(new URL('cluster-dns.yaml', import.meta.url), 'utf8');
  const filled = text.replaceAll('${domain}', facts.dnsDomain).replaceAll('${address}', facts.dnsAddress);
  for (const document of parseAllDocuments(filled)) {
    const object: KubernetesObject = document.toJS();
    if (await isThere(api, object)) continue;
    await api.create(object);
  }
  await labelNode(config.makeApiClient(CoreV1Api), facts);
}

async function isThere(api: KubernetesObjectApi, { apiVersion, kind, metadata }: KubernetesObject): Promise<boolean> {
  const { name = '', namespace = '' } = metadata ?? {};
  try {
    await api.read({ apiVersion: apiVersion ?? '', kind: kind ?? '', metadata: { name, namespace } });
    return true;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return false;
    throw error;
  }
}

/** A kubelet may not give itself a role: Talos does, once the kubelet has registered the node. */
async function labelNode(api: CoreV1Api, { hostname, signal }: ClusterFacts): Promise<void> {
  const body = { metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } };
  const options = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
  for (;;) {
    try {
      await api.patchNode({ name: hostname, body }, options);
      return;
    } catch (error) {
      if (!(error instanceof ApiException && error.code === 404)) throw error;
    }
    await delay(500, undefined, { signal });
  }
}

import type { KubeConfig } from '@kubernetes/client-node';
import { type Dispatcher, request } from 'undici';
import { type ClusterReader, ReadError } from './cluster-reader.ts';
import { readerOver } from './reader-over.ts';

/** Where the cluster's address and the reader's credentials come from. */
export interface ClusterAccess {
  readonly kubeconfig: string;
}

/** Credentials may be renewed by what the kubeconfig names (a file, a program): they are asked for again this often. */
const CREDENTIALS_TTL_MS = 60_000;
/** Bookmarks come about once a minute on a watch of which nothing else is heard: this long a silence is a lost connection. */
const SILENCE_MS = 150_000;

async function loadConfig({ kubeconfig }: ClusterAccess): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

interface Credentials {
  readonly server: string;
  readonly headers: Record<string, string>;
  readonly dispatcher: Dispatcher | undefined;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const { RequestContext, HttpMethod } = await import('@kubernetes/client-node');
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new ReadError('The kubeconfig has no current cluster.', null);
  const context = new RequestContext(cluster.server, HttpMethod.GET);
  await config.applySecurityAuthentication(context);
  return { server: cluster.server, headers: context.getHeaders(), dispatcher: context.getDispatcher() };
}

/** Nothing is sent yet. Rejects when the kubeconfig cannot be read. Connections are kept until `close`. */
export async function connectReader(access: ClusterAccess): Promise<ClusterReader> {
  const config = await loadConfig(access);
  let current = await credentialsOf(config);
  let readAt = Date.now();

  async function credentials(): Promise<Credentials> {
    if (Date.now() - readAt > CREDENTIALS_TTL_MS) {
      const fresh = await credentialsOf(config);
      // The TLS side is the same unless the files changed: keep the connections, take the new token.
      const { dispatcher } = current;
      await fresh.dispatcher?.close();
      current = { ...fresh, dispatcher };
      readAt = Date.now();
    }
    return current;
  }

  return readerOver({
    get: async (path, query, signal) => {
      const { server, headers, dispatcher } = await credentials();
      return request(`${server}${path}`, {
        method: 'GET',
        query,
        headers: { ...headers, accept: 'application/json' },
        signal,
        bodyTimeout: SILENCE_MS,
        ...(dispatcher ? { dispatcher } : {}),
      });
    },
    close: async () => {
      await current.dispatcher?.destroy();
    },
  });
}

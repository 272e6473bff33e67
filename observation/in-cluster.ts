import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { ClusterReader } from './cluster-reader.ts';
import { type Answer, readerOver, type ReaderOptions } from './reader-over.ts';

/** Where a pod finds the API server, and the folder in which the kubelet keeps its service account (`token`, `ca.crt`). */
export interface InClusterAccess {
  readonly host: string;
  readonly port: number;
  readonly serviceAccountDir: string;
}

/** A service account's token lives an hour and its file is renewed before that; it is read again this often. */
const TOKEN_TTL_MS = 30_000;
/** Bookmarks come about once a minute on a watch of which nothing else is heard: this long a silence is a lost connection. */
const SILENCE_MS = 150_000;

/**
 * Uses Node's own HTTPS: the many ways of a kubeconfig to authenticate are not needed here, and the library that
 * knows them takes more memory than the whole status page may. Nothing is sent yet. Rejects when token or CA cannot
 * be read. Connections are kept until `close`.
 */
export async function connectInCluster(access: InClusterAccess, options: ReaderOptions = {}): Promise<ClusterReader> {
  const { host, port, serviceAccountDir } = access;
  const file = (name: string) => readFile(join(serviceAccountDir, name), 'utf8');
  const agent = new Agent({ ca: await file('ca.crt'), keepAlive: true, maxFreeSockets: 4 });
  let token = (await file('token')).trim();
  let readAt = Date.now();

  async function currentToken(): Promise<string> {
    if (Date.now() - readAt > TOKEN_TTL_MS) {
      token = (await file('token')).trim();
      readAt = Date.now();
    }
    return token;
  }

  async function get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const headers = { authorization: `Bearer ${await currentToken()}`, accept: 'application/json' };
    const search = new URLSearchParams(query).toString();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const asked = request(
      { host, port, path: search ? `${path}?${search}` : path, method: 'GET', headers, agent, signal },
      (answer) => resolve({ statusCode: answer.statusCode ?? 0, body: answer }),
    );
    asked.setTimeout(SILENCE_MS, () =>
      asked.destroy(new Error(`no answer from the API server for ${SILENCE_MS / 1000} s`)),
    );
    asked.on('error', reject);
    asked.end();
    return promise;
  }

  return readerOver(
    {
      get,
      close: async () => agent.destroy(),
    },
    options,
  );
}

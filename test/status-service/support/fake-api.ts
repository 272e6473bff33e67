import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { OBSERVED } from '../../../observation/resources.ts';
import { selfSigned } from '../../support/certificate.ts';

/** An API server in this process that a test can make slow, take away and bring back. */
export interface FakeApi {
  readonly env: Readonly<Record<string, string>>;
  /** The path of a kubeconfig that opens it. */
  readonly kubeconfig: string;
  /** Every request as `GET /path`, watches as `WATCH /path`. */
  readonly asked: string[];
  logText: string;
  /** Before an answer's first byte, in milliseconds. */
  delayMs: number;
  /** Answers nothing and keeps connections open, as a machine behind a dead line does. */
  silent: boolean;
  /** Paths that are answered with 403. */
  forbidden: RegExp | null;
  put(object: KubernetesObject): void;
  remove(object: KubernetesObject): void;
  /** Cuts every connection and listens no more. */
  down(): Promise<void>;
  /** Listens on the same port again, with the same objects. */
  up(): Promise<void>;
  close(): Promise<void>;
}

const TOKEN = 'service-account-token-of-the-test';
const plurals = new Map(OBSERVED.map(({ resource }) => [resource.kind, resource]));
const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

/** As an API server cuts a log: the last lines, and of those the first bytes. */
function endOf(log: string, query: URLSearchParams): Buffer {
  const lines = log.split(/(?<=\n)/).slice(-Number(query.get('tailLines') ?? Number.MAX_SAFE_INTEGER));
  return Buffer.from(lines.join('')).subarray(0, Number(query.get('limitBytes') ?? Number.MAX_SAFE_INTEGER));
}

/** What the client keeps of a cluster, for the fake one. */
function kubeconfigFor(port: number, ca: string): string {
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(ca).toString('base64'),
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster }],
    users: [{ name: 'test', user: { token: TOKEN } }],
    contexts: [{ name: 'test', context: { cluster: 'fake', user: 'test' } }],
    'current-context': 'test',
  });
}

/** Starts it with objects; `env` is what a pod of that cluster has. */
export async function startFakeApi(objects: readonly KubernetesObject[] = []): Promise<FakeApi> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-api-'));
  const pair = selfSigned('fake-api');
  await writeFile(join(folder, 'ca.crt'), pair.cert);
  await writeFile(join(folder, 'token'), `${TOKEN}\n`);
  const store = new Map<string, Map<string, KubernetesObject>>();
  const watchers = new Map<string, Set<ServerResponse>>();
  const sockets = new Set<Duplex>();
  let version = 1;
  let server: Server | null = null;
  let port = 0;

  const pathOf = (object: Pick<KubernetesObject, 'kind'>): string => {
    const resource = plurals.get(object.kind);
    if (!resource) throw new Error(`nothing observes a ${object.kind}`);
    const root = resource.apiVersion.includes('/') ? 'apis' : 'api';
    return `/${root}/${resource.apiVersion}/${resource.plural}`;
  };
  const clusterWide = (path: string) => path.replace(/\/namespaces\/[^/]+(?=\/[^/]+$)/, '');

  function change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject): void {
    version += 1;
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const path = pathOf(object);
    const kept = store.get(path) ?? new Map<string, KubernetesObject>();
    store.set(path, kept);
    if (type === 'DELETED') kept.delete(keyOf(object));
    else kept.set(keyOf(object), stamped);
    for (const watcher of watchers.get(path) ?? []) watcher.write(`${JSON.stringify({ type, object: stamped })}\n`);
  }

  const api: FakeApi = {
    env: {},
    kubeconfig: join(folder, 'kubeconfig'),
    asked: [],
    logText: 'first line\nlast line\n',
    delayMs: 0,
    silent: false,
    forbidden: null,
    put: (object) => change(store.get(pathOf(object))?.has(keyOf(object)) ? 'MODIFIED' : 'ADDED', object),
    remove: (object) => change('DELETED', object),
    down: async () => {
      const closing = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      if (closing) await new Promise((resolve) => closing.close(resolve));
    },
    up: async () => {
      const next = createServer(pair, (request, response) => void answer(request, response));
      next.on('connection', (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
      port = (next.address() as AddressInfo).port;
      server = next;
    },
    close: async () => {
      await api.down();
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://fake');
    const isWatch = url.searchParams.get('watch') === 'true';
    api.asked.push(`${isWatch ? 'WATCH' : request.method} ${url.pathname}`);
    if (api.silent) return;
    if (api.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, api.delayMs));
    if (api.silent || response.destroyed) return;
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return void json(401, { kind: 'Status', message: 'Unauthorized', code: 401 });
    if (url.pathname === '/readyz') return void response.end('ok');
    if (api.forbidden?.test(url.pathname))
      return void json(403, { kind: 'Status', message: `${url.pathname} is forbidden`, code: 403 });
    if (url.pathname.endsWith('/log')) return void response.end(endOf(api.logText, url.searchParams));
    const path = clusterWide(url.pathname);
    if (![...plurals.values()].some((resource) => path.endsWith(`/${resource.plural}`)))
      return void json(404, { kind: 'Status', message: 'not found', code: 404 });
    if (isWatch) {
      const set = watchers.get(path) ?? new Set();
      watchers.set(path, set.add(response));
      response.once('close', () => set.delete(response));
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      return;
    }
    const all = [...(store.get(path)?.values() ?? [])];
    const start = Number(url.searchParams.get('continue') ?? 0);
    const end = start + Number(url.searchParams.get('limit') ?? all.length);
    const metadata = { resourceVersion: String(version), ...(end < all.length ? { continue: String(end) } : {}) };
    json(200, { kind: 'List', metadata, items: all.slice(start, end) });
  }

  for (const object of objects) change('ADDED', object);
  await api.up();
  await writeFile(api.kubeconfig, kubeconfigFor(port, pair.cert));
  Object.assign(api, {
    env: {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(port),
      SERVICE_ACCOUNT_DIR: folder,
    },
  });
  return api;
}

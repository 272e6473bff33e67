import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { selfSigned } from '../certificate.ts';
import { fakeKubernetes, type FakeKubernetes } from './index.ts';
import { answerOf, refuse } from './answers.ts';

/** A fake API server on the wire of this process, which a test can make slow, take away and bring back. */
export interface ServedKubernetes extends FakeKubernetes {
  /** What a pod of that cluster has. */
  readonly env: Readonly<Record<string, string>>;
  /** The path of a kubeconfig that opens it. */
  readonly kubeconfig: string;
  /** Every request as `GET /path`, watches as `WATCH /path`. */
  readonly asked: string[];
  /** Before an answer's first byte, in milliseconds. */
  delayMs: number;
  /** Answers nothing and keeps connections open, as a machine behind a dead line does. */
  silent: boolean;
  /** Paths that are answered with 403. */
  forbidden: RegExp | null;
  /** Cuts every connection and listens no more. */
  down(): Promise<void>;
  /** Listens on the same port again, with the same objects. */
  up(): Promise<void>;
  close(): Promise<void>;
}

const TOKEN = 'service-account-token-of-the-test';

/** Starts it with objects. It knows only the way from HTTP to the fake and back: what is refused is decided there. */
export async function serveKubernetes(objects: readonly KubernetesObject[] = []): Promise<ServedKubernetes> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-kubernetes-'));
  const pair = selfSigned('fake-kubernetes');
  await writeFile(join(folder, 'ca.crt'), pair.cert);
  await writeFile(join(folder, 'token'), `${TOKEN}\n`);
  const sockets = new Set<Duplex>();
  let server: Server | null = null;
  let port = 0;

  const down = async (): Promise<void> => {
    const closing = server;
    server = null;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  };
  const up = async (): Promise<void> => {
    const next = createServer(pair, (request, response) => void answer(request, response));
    next.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    port = (next.address() as AddressInfo).port;
    server = next;
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://fake');
    const isWatch = url.searchParams.get('watch') === 'true';
    api.asked.push(`${isWatch ? 'WATCH' : request.method} ${url.pathname}`);
    if (api.silent) return;
    if (api.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, api.delayMs));
    if (api.silent || response.destroyed) return;
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(response, 401, 'Unauthorized');
    if (api.forbidden?.test(url.pathname)) return refuse(response, 403, `${url.pathname} is forbidden`);
    await answerOf(api, request, url, response);
  }

  await up();
  const api: ServedKubernetes = Object.assign(fakeKubernetes(objects), {
    env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port), SERVICE_ACCOUNT_DIR: folder },
    kubeconfig: join(folder, 'kubeconfig'),
    asked: [],
    logText: 'first line\nlast line\n',
    delayMs: 0,
    silent: false,
    forbidden: null,
    down,
    up,
    close: async () => {
      await down();
      await rm(folder, { recursive: true, force: true });
    },
  });
  await writeFile(api.kubeconfig, kubeconfigFor(port, pair.cert));
  return api;
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

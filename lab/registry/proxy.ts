import { createWriteStream } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { RegistryFault } from './faults.ts';
import { madeManifests } from './made.ts';
import type { MadeManifests, Served } from './made.ts';

export interface RegistryProxy {
  readonly url: string;
  /** From now on these are played and no others; a slow answer already in progress is released when its fault ends. */
  setFaults(faults: readonly RegistryFault[]): void;
  stop(): Promise<void>;
}

export interface RegistryProxyOptions {
  readonly address: string;
  readonly port: number;
  /** `http://host:port` of the registry that has the images. */
  readonly registry: string;
  /** File that gets a line for every answer: when, to whom, what was asked, and the status. */
  readonly log?: string;
}

/**
 * Stands between the node and the registry and plays what goes wrong. The image that a blob belongs to is the repository's: a
 * fault on a tag of it strikes the blobs as well.
 */
export async function startRegistryProxy(options: RegistryProxyOptions): Promise<RegistryProxy> {
  const { address, port, registry } = options;
  const log = options.log === undefined ? null : createWriteStream(options.log, { flags: 'a' });
  let faults: readonly RegistryFault[] = [];
  const manifests = madeManifests(registry);
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    response.once('close', () => {
      const asked = `${request.socket.remoteAddress} ${request.method} ${url}`;
      log?.write(
        `${new Date().toISOString()} ${asked} ${response.statusCode}${response.writableFinished ? '' : ' cut'}\n`,
      );
    });
    const struckBy = (): RegistryFault | undefined => faults.find((candidate) => strikes(candidate, url));
    answer({ registry, manifests, url, struckBy, request, response }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    url: `http://${address}:${port}`,
    setFaults: (wanted) => void (faults = wanted),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => (log ? log.end(resolve) : resolve()));
        server.closeAllConnections();
      }),
  };
}

const PATH = /^\/v2\/(.+)\/(manifests|blobs)\/([^?]+)/;

function strikes({ kind, image, layerBytes }: RegistryFault, url: string): boolean {
  const match = PATH.exec(url);
  if (!match) return false;
  const [, repository = '', what = '', reference = ''] = match;
  const isManifest = what === 'manifests';
  const named = isManifest && !reference.startsWith('sha256:') ? `${repository}:${reference}` : repository;
  const isMeant = named.includes(image) || (reference.startsWith('sha256:') && image.startsWith(`${repository}:`));
  if (kind === 'slow' || kind === 'cut') return isMeant && (!isManifest || layerBytes !== undefined);
  return isMeant && isManifest;
}

const REFUSALS: { readonly [kind in RegistryFault['kind']]?: readonly [number, string, string] } = {
  missing: [404, 'MANIFEST_UNKNOWN', 'manifest unknown'],
  unauthorized: [401, 'UNAUTHORIZED', 'authentication required'],
  'rate-limited': [429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.'],
  'server-error': [503, 'UNAVAILABLE', 'service unavailable'],
};

/** A question to the registry, and what strikes it: asked again while an answer lasts. */
interface Exchange {
  readonly registry: string;
  readonly manifests: MadeManifests;
  readonly url: string;
  readonly struckBy: () => RegistryFault | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(exchange: Exchange): Promise<void> {
  const { registry, struckBy, request, response } = exchange;
  const fault = struckBy();
  const refusal = fault === undefined ? undefined : REFUSALS[fault.kind];
  if (refusal !== undefined) {
    const [status, code, message] = refusal;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
    return;
  }
  const made = await madeAnswer(exchange, fault);
  if (made) return serve(made, exchange);
  const upstream = await forward(registry, request);
  response.writeHead(upstream.statusCode ?? 502, upstream.headers);
  if (fault?.kind === 'cut') await cut(upstream, response);
  else await pipeline(upstream, drip(struckBy), response);
}

/** What is answered in the registry's place, or beside it. */
async function madeAnswer({ manifests, url }: Exchange, fault: RegistryFault | undefined): Promise<Served | null> {
  const [, , what, reference = ''] = PATH.exec(url) ?? [];
  const made = manifests.find(reference);
  if (made || what !== 'manifests' || fault === undefined) return made ?? null;
  // The index names the image's own manifest, which is served as it is.
  if (fault.kind === 'other-architecture') return reference.startsWith('sha256:') ? null : manifests.foreign(url);
  return fault.layerBytes === undefined ? null : manifests.heavy(url, fault.layerBytes);
}

async function serve(made: Served, { struckBy, request, response }: Exchange): Promise<void> {
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': made.type,
    'docker-content-digest': made.digest,
    'content-length': made.size - from,
    'accept-ranges': 'bytes',
    ...(from > 0 && { 'content-range': `bytes ${from}-${made.size - 1}/${made.size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(made.content(from)), drip(struckBy), response);
}

function forward(registry: string, request: IncomingMessage): Promise<IncomingMessage> {
  const { host: _, ...headers } = request.headers;
  return new Promise((resolve, reject) => {
    const asked = ask(`${registry}${request.url}`, { method: request.method, headers }, resolve).once('error', reject);
    request.pipe(asked);
  });
}

/** Lets through as many bytes a second as the fault says, and all of them from when there is none. */
function drip(struckBy: () => RegistryFault | undefined) {
  return async function* slowly(chunks: AsyncIterable<Buffer>) {
    let due = performance.now();
    for await (const chunk of chunks) {
      const { kind, bytesPerSecond } = struckBy() ?? {};
      if (kind === 'slow' && bytesPerSecond !== undefined) {
        due += (chunk.length / bytesPerSecond) * 1_000;
        const early = due - performance.now();
        // Timers count whole milliseconds: what they cannot wait for is made up for by the next chunks.
        if (early >= 1) await delay(early);
      }
      yield chunk;
    }
  };
}

/** Passes on the start of a blob, then resets the connection: a client that reads on finds no end, but an error. */
async function cut(upstream: IncomingMessage, response: ServerResponse): Promise<void> {
  let left = 65_536;
  for await (const chunk of upstream) {
    const part: Buffer = chunk.subarray(0, left);
    left -= part.length;
    response.write(part);
    if (left > 0) continue;
    await delay(100); // for what was written to be on its way
    response.socket?.resetAndDestroy();
    return;
  }
  response.end();
}

import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { RegistryFault } from './faults.ts';

export interface RegistryProxy {
  readonly url: string;
  setFaults(faults: readonly RegistryFault[]): void;
  stop(): Promise<void>;
}

/**
 * Stands between the node and the registry and plays what goes wrong. The image that a blob belongs to is the repository's: a
 * fault on a tag of it strikes the blobs as well.
 */
export async function startRegistryProxy(address: string, port: number, registry: string): Promise<RegistryProxy> {
  let faults: readonly RegistryFault[] = [];
  const server = createServer((request, response) => {
    const fault = faults.find((candidate) => strikes(candidate, request.url ?? ''));
    answer(registry, fault, request, response).catch(() => response.destroy());
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
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PATH = /^\/v2\/(.+)\/(manifests|blobs)\/([^?]+)/;

function strikes({ kind, image }: RegistryFault, url: string): boolean {
  const match = PATH.exec(url);
  if (!match) return false;
  const [, repository = '', what = '', reference = ''] = match;
  const isManifest = what === 'manifests';
  const named = isManifest && !reference.startsWith('sha256:') ? `${repository}:${reference}` : repository;
  const isMeant = named.includes(image) || (reference.startsWith('sha256:') && image.startsWith(`${repository}:`));
  if (kind === 'slow' || kind === 'cut') return isMeant && !isManifest;
  return isMeant && isManifest;
}

const REFUSALS: { readonly [kind in RegistryFault['kind']]?: readonly [number, string, string] } = {
  missing: [404, 'MANIFEST_UNKNOWN', 'manifest unknown'],
  unauthorized: [401, 'UNAUTHORIZED', 'authentication required'],
  'rate-limited': [429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.'],
  'server-error': [503, 'UNAVAILABLE', 'service unavailable'],
};

async function answer(
  registry: string,
  fault: RegistryFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = fault === undefined ? undefined : REFUSALS[fault.kind];
  if (refusal !== undefined) {
    const [status, code, message] = refusal;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
    return;
  }
  const upstream = await forward(registry, request);
  if (fault?.kind === 'other-architecture' && request.method === 'GET') {
    await otherArchitecture(upstream, response);
    return;
  }
  response.writeHead(upstream.statusCode ?? 502, upstream.headers);
  if (fault?.kind === 'slow') await pipeline(upstream, throttle(fault.bytesPerSecond), response);
  else if (fault?.kind === 'cut') await pipeline(upstream, cutAfter(65_536), response);
  else await pipeline(upstream, response);
}

function forward(registry: string, request: IncomingMessage): Promise<IncomingMessage> {
  const { host: _, ...headers } = request.headers;
  return new Promise((resolve, reject) => {
    const asked = ask(`${registry}${request.url}`, { method: request.method, headers }, resolve).once('error', reject);
    request.pipe(asked);
  });
}

function throttle(bytesPerSecond: number) {
  return async function* drip(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      await delay((chunk.length / bytesPerSecond) * 1_000);
      yield chunk;
    }
  };
}

function cutAfter(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      left -= chunk.length;
      if (left <= 0) done(new Error('the line was cut'));
      else done(null, chunk);
    },
  });
}

/** An index that has the image for another CPU only. */
async function otherArchitecture(upstream: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: Buffer[] = [];
  for await (const chunk of upstream) body.push(chunk);
  const digest = upstream.headers['docker-content-digest'];
  const mediaType = upstream.headers['content-type'];
  const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'arm64' : 'amd64' };
  const manifests = [{ mediaType, digest, size: Buffer.concat(body).length, platform }];
  const type = 'application/vnd.oci.image.index.v1+json';
  response.writeHead(200, { 'content-type': type });
  response.end(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }));
}

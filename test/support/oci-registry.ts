import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const SERVICE = 'registry.test';

export interface OciRegistry {
  /** `host:port` on loopback; answers for every registry as APPLIANCE_REGISTRY_MIRROR. */
  readonly host: string;
  /** `METHOD URL`, and whether a token came with it. */
  readonly asked: { readonly call: string; readonly authorization: string | undefined }[];
  /** Puts a manifest under a tag, gives its digest. */
  put(repository: string, tag: string, manifest: string, mediaType?: string): string;
  /** Puts a blob, gives its digest. */
  putBlob(repository: string, content: string | Buffer): string;
  /** Puts an artifact whose config blob is this text, as the vendor publishes its releases; gives the digests. */
  publish(repository: string, tag: string, config: string): { digest: string; configDigest: string };
  /** Answers in the registry's place where it gives true. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export const digestOf = (content: string | Buffer): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

/**
 * A registry on loopback that refuses what a real one refuses: without its own token for that very repository 401 with a
 * challenge, 404 for what it does not have, 406 for a manifest of a type that was not asked for.
 */
export async function ociRegistry(): Promise<OciRegistry> {
  const manifests = new Map<string, { content: string; mediaType: string }>();
  const blobs = new Map<string, Buffer>();
  const asked: OciRegistry['asked'] = [];
  const server = createServer((request, response) => {
    const { url = '', headers, method } = request;
    asked.push({ call: `${method} ${url}`, authorization: headers.authorization });
    if (registry.answer(request, response)) return;
    const at = new URL(url, `http://${registry.host}`);
    if (at.pathname === '/token') return giveToken(response, at);
    const [, repository = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(at.pathname) ?? [];
    if (headers.authorization !== `Bearer ${tokenOf(repository)}`)
      return challenge(response, registry.host, repository);
    if (kind === 'blobs') {
      const blob = blobs.get(`${repository}@${reference}`);
      if (!blob) return refuse(response, 404, 'BLOB_UNKNOWN');
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(blob);
      return;
    }
    const found = manifests.get(`${repository}@${reference}`);
    if (!found) return refuse(response, 404, 'MANIFEST_UNKNOWN');
    if (!(headers.accept ?? '').includes(found.mediaType)) return refuse(response, 406, 'MANIFEST_INVALID');
    const told = { 'content-type': found.mediaType, 'docker-content-digest': digestOf(found.content) };
    response.writeHead(200, told).end(method === 'HEAD' ? undefined : found.content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  const registry: OciRegistry = {
    host: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    asked,
    answer: () => false,
    put: (repository, tag, content, mediaType = MANIFEST) => {
      for (const name of [tag, digestOf(content)]) manifests.set(`${repository}@${name}`, { content, mediaType });
      return digestOf(content);
    },
    putBlob: (repository, content) => {
      blobs.set(`${repository}@${digestOf(content)}`, Buffer.from(content));
      return digestOf(content);
    },
    publish: (repository, tag, config) => {
      const configDigest = registry.putBlob(repository, config);
      return { configDigest, digest: registry.put(repository, tag, artifact(configDigest, Buffer.byteLength(config))) };
    },
  };
  return registry;
}

/** The manifest of an artifact that is its config blob, as `oras push --config` makes it. */
export function artifact(
  configDigest: string,
  size: number,
  mediaType = 'application/vnd.unknown.config.v1+json',
): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType, digest: configDigest, size },
    layers: [],
    annotations: { 'org.opencontainers.image.created': '2026-08-20T10:00:00Z' },
  });
}

function tokenOf(repository: string): string {
  return `anonymous-for-${repository}`;
}

function giveToken(response: ServerResponse, at: URL): void {
  const repository = /^repository:(.+):pull$/.exec(at.searchParams.get('scope') ?? '')?.[1];
  if (at.searchParams.get('service') !== SERVICE || repository === undefined)
    return refuse(response, 400, 'UNSUPPORTED');
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: tokenOf(repository) }));
}

/** Asks for a token as a registry does; the realm is the registry's own unless another one is given. */
export function challenge(
  response: ServerResponse,
  host: string,
  repository: string,
  realm = `http://${host}/token`,
): void {
  const header = `Bearer realm="${realm}",service="${SERVICE}",scope="repository:${repository}:pull"`;
  refuse(response, 401, 'UNAUTHORIZED', { 'www-authenticate': header });
}

function refuse(response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}): void {
  const body = JSON.stringify({ errors: [{ code, message: 'as the registry says it' }] });
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

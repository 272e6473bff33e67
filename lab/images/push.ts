import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fetch } from 'undici';
import type { Layer } from './layer.ts';

/** What a container of an image runs as by itself (OCI image configuration). */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly StopSignal?: string;
}

export interface ImageToPush {
  /** Repository without the registry's host. */
  readonly repository: string;
  readonly tag: string;
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
  readonly architecture: string;
}

const BLOB_TIMEOUT_MS = 300_000;
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** Puts an image into a registry: OCI distribution, blobs first. @throws Error with what the registry answered */
export async function pushImage(registry: string, image: ImageToPush): Promise<void> {
  for (const layer of image.layers) {
    await pushBlob(registry, image.repository, layer.digest, layer.size, () => createReadStream(layer.file));
  }
  const config = Buffer.from(
    JSON.stringify({
      architecture: image.architecture,
      os: 'linux',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: image.layers.map(({ digest }) => digest) },
    }),
  );
  const digest = digestOf(config);
  await pushBlob(registry, image.repository, digest, config.length, () => config);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length },
    layers: image.layers.map((layer) => ({ mediaType: LAYER_TYPE, digest: layer.digest, size: layer.size })),
  });
  const url = `${registry}/v2/${image.repository}/manifests/${image.tag}`;
  const headers = { 'content-type': MANIFEST_TYPE };
  await expect(201, url, await fetch(url, { method: 'PUT', headers, body: manifest }));
}

async function pushBlob(
  registry: string,
  repository: string,
  digest: string,
  size: number,
  body: () => Buffer | ReturnType<typeof createReadStream>,
): Promise<void> {
  const blobs = `${registry}/v2/${repository}/blobs`;
  const there = await fetch(`${blobs}/${digest}`, { method: 'HEAD' });
  if (there.ok) return;
  const begun = await fetch(`${blobs}/uploads/`, { method: 'POST' });
  await expect(202, blobs, begun);
  const place = new URL(begun.headers.get('location') ?? '', registry);
  place.searchParams.set('digest', digest);
  const answer = await fetch(place, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
    body: body(),
    duplex: 'half',
    signal: AbortSignal.timeout(BLOB_TIMEOUT_MS),
  });
  await expect(201, String(place), answer);
}

async function expect(status: number, url: string, response: Awaited<ReturnType<typeof fetch>>): Promise<void> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${url}: the registry answered ${response.status} ${text}`);
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

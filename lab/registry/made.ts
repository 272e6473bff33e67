import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';

/** Bytes that a registry serves under their digest. */
export interface Served {
  readonly type: string;
  readonly digest: string;
  readonly size: number;
  /** The bytes from that offset on. */
  content(from: number): Iterable<Buffer>;
}

/** Makes manifests that the registry does not have, from those that it has. What was made stays to be had by its digest. */
export interface MadeManifests {
  /**
   * Gives the manifest of an image with one layer more, of nothing but zeros. That is an empty tar with a long end: it unpacks to
   * nothing. Null when the registry has no such image.
   */
  heavy(url: string, layerBytes: number): Promise<Served | null>;
  /** Gives an index that has the image for another CPU only. Null when the registry has no such image. */
  foreign(url: string): Promise<Served | null>;
  /** What was made under that digest, a manifest or a blob. */
  find(digest: string): Served | undefined;
}

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const BLOB = 'application/octet-stream';
const ZEROS = Buffer.alloc(65_536);
/** Of so many zeros, by SHA-256: a busy machine takes longer to compute it than a client waits for a manifest. */
const KNOWN_DIGESTS = new Map([
  [1_800_000_000, 'sha256:f14f9bc3753e0308430f497950688992290d8db0641823d0a5aaec72795f5fce'],
]);
/** Between two turns of the event loop, when a digest is computed. */
const CHUNKS_A_TURN = 1_000;

const descriptor = z.looseObject({ digest: z.string(), size: z.number() });
const manifestShape = z.looseObject({ config: descriptor, layers: z.array(descriptor) });
const configShape = z.looseObject({ rootfs: z.looseObject({ diff_ids: z.array(z.string()) }) });

/** @param registry `http://host:port` of the real registry */
export function madeManifests(registry: string): MadeManifests {
  const made = new Map<string, Served>();
  const layers = new Map<number, Promise<Served>>();
  const keep = (served: Served): Served => {
    made.set(served.digest, served);
    return served;
  };
  const layerOf = (bytes: number): Promise<Served> => {
    const layer = layers.get(bytes) ?? zeroLayer(bytes).then(keep);
    layers.set(bytes, layer);
    return layer;
  };
  const read = async (url: string): Promise<Buffer | null> => {
    const answer = await request(`${registry}${url}`, { headers: { accept: MANIFEST } });
    const body = Buffer.from(await answer.body.arrayBuffer());
    return answer.statusCode === 200 ? body : null;
  };
  return {
    find: (digest) => made.get(digest),
    heavy: async (url, layerBytes) => {
      const found = await read(url);
      if (found === null) return null;
      const manifest = manifestShape.parse(JSON.parse(String(found)));
      const [blobs] = url.split('/manifests/');
      const config = await read(`${blobs}/blobs/${manifest.config.digest}`);
      const image = configShape.parse(JSON.parse(String(config)));
      const layer = await layerOf(layerBytes);
      image.rootfs.diff_ids.push(layer.digest);
      const { digest, size } = keep(json(image, BLOB));
      manifest.config = { ...manifest.config, digest, size };
      manifest.layers.push({ mediaType: LAYER, digest: layer.digest, size: layer.size });
      return keep(json(manifest, MANIFEST));
    },
    foreign: async (url) => {
      const found = await read(url);
      if (found === null) return null;
      const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'arm64' : 'amd64' };
      const own = { mediaType: MANIFEST, digest: digestOf(found), size: found.length, platform };
      return keep(json({ schemaVersion: 2, mediaType: INDEX, manifests: [own] }, INDEX));
    },
  };
}

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

function json(value: object, type: string): Served {
  const content = Buffer.from(JSON.stringify(value));
  return { type, digest: digestOf(content), size: content.length, content: (from) => [content.subarray(from)] };
}

async function zeroLayer(size: number): Promise<Served> {
  const digest = KNOWN_DIGESTS.get(size) ?? (await digestOfZeros(size));
  return { type: BLOB, digest, size, content: (from) => zeros(size - from) };
}

async function digestOfZeros(size: number): Promise<string> {
  const hash = createHash('sha256');
  let chunks = 0;
  for (const chunk of zeros(size)) {
    hash.update(chunk);
    chunks += 1;
    if (chunks % CHUNKS_A_TURN === 0) await turn();
  }
  return `sha256:${hash.digest('hex')}`;
}

function* zeros(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= ZEROS.length) yield left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS;
}

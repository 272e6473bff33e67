import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { digestOf, insistOnDigest } from '../../registry/digest.ts';
import type { Manifest, RegistryClient } from '../../registry/client.ts';
import { parseReference } from '../../registry/reference.ts';
import type { ImageReference } from '../../registry/reference.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import { usageError } from '../terminal/failure.ts';

/** The vendor's manifest holds a few texts of YAML; a megabyte is many times that. */
const RELEASE_LIMIT_BYTES = 1024 * 1024;

/** What was imported, not parsed yet. */
export interface Source {
  /** The reference, or the file's name, as it is recorded and shown. */
  readonly name: string;
  readonly text: string;
  /** Of the OCI manifest; null for a file that is the manifest of the vendor itself. */
  readonly digest: string | null;
  readonly configDigest: string;
}

/** A registry, or a folder in its place: gives the manifest, and blobs by digest. */
interface Store {
  readonly manifest: () => Promise<Manifest>;
  readonly blob: (digest: string) => Promise<Buffer>;
}

const descriptor = z.object({
  mediaType: z.string().optional(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});
const ociManifest = z.object({ config: descriptor, manifests: z.undefined().optional() });
const ociIndex = z.object({ manifests: z.array(descriptor) });

/**
 * The text behind a name: a file with the vendor's manifest, a folder that is an OCI image layout, or a reference to a registry with
 * a tag or digest. An existing file or folder wins. Throws a usage error or RegistryFault.
 */
export async function readSource(
  named: string,
  cwd: string,
  registry: () => Promise<RegistryClient>,
  signal: AbortSignal,
): Promise<Source> {
  const isReference = named.startsWith('oci://');
  const path = resolve(cwd, named);
  const found = isReference ? null : await stat(path).catch(ifMissing);
  if (found?.isDirectory()) return fromStore(basename(path), layout(path, signal));
  if (found) {
    if (!found.isFile()) throw usageError(`${path} is neither a file nor a folder.`);
    const bytes = await readBounded(path, RELEASE_LIMIT_BYTES, signal);
    return { name: basename(path), text: utf8(bytes, path), digest: null, configDigest: digestOf(bytes) };
  }
  const reference = explicitReference(isReference ? named.slice('oci://'.length) : named);
  if (reference === null)
    throw usageError(
      `"${named}" is neither a file on this machine nor a reference with registry and tag or digest, such as ` +
        'ghcr.io/nine-minds/alga-appliance-release:stable.',
    );
  const client = await registry();
  const { registry: host, repository, reference: at } = reference;
  return fromStore(`${host}/${repository}${at.startsWith('sha256:') ? '@' : ':'}${at}`, {
    manifest: () => client.manifest(reference, signal),
    blob: (digest) => client.blob(reference, digest, RELEASE_LIMIT_BYTES, signal),
  });
}

/** A reference without anything to guess: with its registry, and a tag or a digest. */
function explicitReference(text: string): ImageReference | null {
  const [host = '', ...rest] = text.split('/');
  const isExplicit = (/[.:]/.test(host) || host === 'localhost') && /[:@]/.test(rest.at(-1) ?? '');
  return isExplicit ? parseReference(text) : null;
}

async function fromStore(name: string, store: Store): Promise<Source> {
  const { bytes, digest } = await store.manifest();
  const document = json(bytes);
  const parsed = ociManifest.safeParse(document);
  if (!parsed.success) {
    const why = ociIndex.safeParse(document).success
      ? 'is an index of several manifests, as multi-platform images have; a release is a single manifest'
      : 'is not an OCI manifest with a config blob';
    throw usageError(`${name} ${why}. Nothing was imported.`);
  }
  const { config } = parsed.data;
  if (config.size > RELEASE_LIMIT_BYTES)
    throw usageError(
      `${name} has a config blob of ${config.size} bytes; a release has at most ${RELEASE_LIMIT_BYTES}. Nothing was imported.`,
    );
  const blob = await store.blob(config.digest);
  if (blob.length !== config.size)
    throw usageError(
      `${name} has a config blob of ${blob.length} bytes, but its manifest says ${config.size}. Nothing was imported.`,
    );
  return { name, text: utf8(blob, name), digest, configDigest: config.digest };
}

const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;

/** A folder as `oras copy --to-oci-layout` and `skopeo copy … oci:` write it, with one manifest in it. */
function layout(folder: string, signal: AbortSignal): Store {
  const blob = async (digest: string, limit: number): Promise<Buffer> => {
    const file = join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length));
    const bytes = await readBounded(file, limit, signal);
    insistOnDigest(bytes, digest, file);
    return bytes;
  };
  return {
    manifest: async () => {
      const index = ociIndex.safeParse(
        json(await readBounded(join(folder, 'index.json'), MANIFEST_LIMIT_BYTES, signal)),
      );
      const [only, ...others] = index.success ? index.data.manifests : [];
      if (!only || others.length > 0)
        throw usageError(
          `${join(folder, 'index.json')} does not list exactly one manifest: expected a layout with one release.`,
        );
      return { bytes: await blob(only.digest, MANIFEST_LIMIT_BYTES), digest: only.digest };
    },
    blob: (digest) => blob(digest, RELEASE_LIMIT_BYTES),
  };
}

/** A file may grow, or have no size of its own, as a pipe: no more than the limit is ever read. */
async function readBounded(path: string, limit: number, signal: AbortSignal): Promise<Buffer> {
  try {
    const bytes = await readGiven(path, { most: limit + 1, signal });
    if (bytes.length > limit) throw new FileRefused(`is larger than ${limit} bytes; nothing was imported`);
    return bytes;
  } catch (error) {
    if (error instanceof FileRefused) throw usageError(`${path} ${error.message}.`, { cause: error });
    signal.throwIfAborted();
    if (ifMissing(error) === null)
      throw usageError(`${path} does not exist: this is not an OCI image layout with a release.`);
    throw error;
  }
}

function utf8(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw usageError(`${name} is not UTF-8 text, so it is not a release manifest. Nothing was imported.`, {
      cause: error,
    });
  }
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function ifMissing(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
  throw error;
}

import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { BUNDLE_INDEX, BUNDLE_PATH } from '../model/bundle.ts';
import type { BundleIndex } from '../model/bundle.ts';
import { documentText } from '../model/documents.ts';
import { redact, withoutSecrets } from '../redaction/index.ts';
import { BUNDLE_LIMITS, CHECKSUMS, INDEX } from './limits.ts';

/** One file for a bundle: a text, or a document that is written as JSON. Both are redacted when they are taken in. */
export type BundleFile = {
  readonly path: string;
  readonly part: string;
  readonly what: string;
} & ({ readonly text: string } | { readonly document: unknown });

export type Missing = BundleIndex['missing'][number];

/** What a bundle is about, and who wrote it. */
export type BundleHead = Pick<BundleIndex, 'createdAt' | 'site' | 'client'>;

export interface WrittenBundle {
  readonly index: BundleIndex;
  readonly archive: Buffer;
}

/**
 * The archive (tar, gzip) of these files. Everything goes through redaction here, whatever became of it before; a file that is too
 * large, has a name that is none, or is one too many is left out and stands among what is missing.
 */
export async function writeBundle(
  head: BundleHead,
  files: readonly BundleFile[],
  missing: readonly Missing[],
): Promise<WrittenBundle> {
  const taken: { path: string; bytes: Buffer }[] = [];
  const listed: BundleIndex['files'] = [];
  const lost: Missing[] = [...missing];
  let total = 0;
  for (const file of files) {
    const { path, part, what } = file;
    const bytes = Buffer.from(
      'text' in file ? redact(file.text) : `${JSON.stringify(withoutSecrets(file.document), null, 1)}\n`,
    );
    const why = whyNot(path, bytes.length, total, taken);
    if (why !== null) {
      lost.push({ part, what, why });
      continue;
    }
    total += bytes.length;
    taken.push({ path, bytes });
    listed.push({ path, part, what, bytes: bytes.length, sha256: sha256(bytes) });
  }
  const index: BundleIndex = {
    ...BUNDLE_MARK,
    ...head,
    files: listed,
    missing: lost.map(({ part, what, why }) => ({ part, what: redact(what), why: redact(why) })),
  };
  const indexBytes = Buffer.from(documentText(BUNDLE_INDEX, index));
  const sums = [{ path: INDEX, bytes: indexBytes }, ...taken].map(({ path, bytes }) => `${sha256(bytes)}  ${path}\n`);
  const archive = await packed(
    [{ path: INDEX, bytes: indexBytes }, { path: CHECKSUMS, bytes: Buffer.from(sums.join('')) }, ...taken],
    new Date(head.createdAt),
  );
  return { index, archive };
}

const BUNDLE_MARK = { apiVersion: 'appliance.alga-psa/v1', kind: 'SupportBundle' } as const;

function whyNot(path: string, bytes: number, total: number, taken: readonly { path: string }[]): string | null {
  if (!BUNDLE_PATH.test(path) || path === INDEX || path === CHECKSUMS) return 'its name cannot stand in an archive';
  if (taken.some((other) => other.path === path)) return 'another file has the same name';
  if (bytes > BUNDLE_LIMITS.fileBytes) return `it has ${bytes} bytes, more than a file of a bundle may have`;
  if (total + bytes > BUNDLE_LIMITS.totalBytes) return 'the bundle would be too large with it';
  return taken.length + 2 >= BUNDLE_LIMITS.entries ? 'the bundle has as many files as it may have' : null;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Modes, owners and times are the same on every machine: none of them says anything of the one that wrote it. */
async function packed(files: readonly { path: string; bytes: Buffer }[], mtime: Date): Promise<Buffer> {
  const tar = pack();
  for (const { path, bytes } of files)
    tar.entry({ name: path, size: bytes.length, mode: 0o600, mtime, type: 'file' }, bytes);
  tar.finalize();
  return buffer(tar.pipe(createGzip()));
}

import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Extract } from 'tar-stream';
import { BUNDLE_INDEX, BUNDLE_PATH } from '../model/bundle.ts';
import type { BundleIndex } from '../model/bundle.ts';
import { readDocumentText, whyUnread } from '../model/documents.ts';
import { BUNDLE_LIMITS, CHECKSUMS, INDEX } from './limits.ts';
import { sha256 } from './write.ts';

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

/** Why an archive is not read as a support bundle, in words that go on after its name. */
export class BundleRefused extends Error {
  override readonly name = 'BundleRefused';
}

export interface ReadBundle {
  readonly index: BundleIndex;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Whether these are the first bytes of what gzip writes. */
export function isArchive(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The files of a bundle, in memory: nothing is unpacked to a disk. Sizes, names, kinds and checksums are those that a bundle of ours
 * can have.
 * @throws BundleRefused for everything else, as soon as it is seen
 */
export async function readBundle(archive: Buffer): Promise<ReadBundle> {
  if (archive.length > BUNDLE_LIMITS.archiveBytes)
    throw new BundleRefused(`has more than ${BUNDLE_LIMITS.archiveBytes} bytes: no support bundle has`);
  const files = await unpacked(archive);
  const index = indexIn(files);
  const listed = new Map(index.files.map((file) => [file.path, file]));
  for (const [path, bytes] of files) {
    if (path === INDEX || path === CHECKSUMS) continue;
    const said = listed.get(path);
    if (!said)
      throw new BundleRefused(`holds ${path}, which its index does not name: it was changed after it was written`);
    if (said.bytes !== bytes.length || said.sha256 !== sha256(bytes))
      throw new BundleRefused(`holds ${path} with another checksum than its index says: it was changed or damaged`);
  }
  const absent = index.files.find(({ path }) => !files.has(path));
  if (absent) throw new BundleRefused(`lacks ${absent.path}, which its index names: it is cut or was changed`);
  return { index, files };
}

function indexIn(files: ReadonlyMap<string, Buffer>): BundleIndex {
  const bytes = files.get(INDEX);
  if (!bytes) throw new BundleRefused(`is no support bundle: it has no ${INDEX}`);
  const read = readDocumentText(BUNDLE_INDEX, bytes.toString('utf8'));
  if ('value' in read) return read.value;
  throw new BundleRefused(`cannot be used: ${whyUnread(BUNDLE_INDEX, read, `its ${INDEX}`)}`);
}

async function unpacked(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let total = 0;
  // Counted as it comes out of gzip: what a bomb says of its own size is not believed.
  const bounded = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      total += chunk.length;
      const isTooMuch = total > BUNDLE_LIMITS.totalBytes + BUNDLE_LIMITS.entries * 1024 + 65_536;
      done(isTooMuch ? new BundleRefused(`unpacks to more than ${BUNDLE_LIMITS.totalBytes} bytes`) : null, chunk);
    },
  });
  const tar = extract();
  const reading = (async () => {
    for await (const entry of tar) files.set(nameOf(entry, files), await buffer(entry));
  })();
  // Both are awaited: the one that fails first ends the other.
  const [piped, read] = await Promise.allSettled([
    pipeline(Readable.from([archive]), createGunzip(), bounded, tar),
    reading,
  ]);
  const failures = [read, piped].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const refused = failures.find((one) => one instanceof BundleRefused);
  if (refused) throw refused;
  if (failures.length > 0)
    throw new BundleRefused(
      `is cut or damaged: ${failures[0] instanceof Error ? failures[0].message : 'not readable'}`,
      {
        cause: failures[0],
      },
    );
  return files;
}

function nameOf({ header }: Entry, files: ReadonlyMap<string, Buffer>): string {
  const { name, type, size } = header;
  const told = JSON.stringify(name.slice(0, 100));
  if (type !== 'file')
    throw new BundleRefused(`holds ${told}, a ${type ?? 'thing'} and no file: no support bundle does`);
  if (!BUNDLE_PATH.test(name)) throw new BundleRefused(`holds a file with the name ${told}: no support bundle does`);
  if (files.has(name)) throw new BundleRefused(`holds ${told} twice`);
  if (files.size >= BUNDLE_LIMITS.entries) throw new BundleRefused(`holds more than ${BUNDLE_LIMITS.entries} files`);
  if ((size ?? 0) > BUNDLE_LIMITS.fileBytes)
    throw new BundleRefused(`holds ${told} with ${size} bytes, more than ${BUNDLE_LIMITS.fileBytes}`);
  return name;
}

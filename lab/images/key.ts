import { createHash } from 'node:crypto';
import { open, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Recipe } from './catalog.ts';
import { isExcepted, librariesOf } from './layer.ts';
import type { Entry } from './layer.ts';

/**
 * A name for images and their contents. Files count by content, not by path, so that two checkouts in the same state have the
 * same key.
 */
export async function keyOf(
  contents: Readonly<Record<string, readonly Entry[]>>,
  images: readonly Recipe[],
): Promise<string> {
  const digestOf = digests();
  const hash = createHash('sha256').update(JSON.stringify(images));
  for (const name of ['layer.ts', 'push.ts']) hash.update(await readFile(path.join(import.meta.dirname, name)));
  for (const [layer, entries] of Object.entries(contents)) {
    hash.update(`${layer}\n`);
    for (const entry of entries) await addEntry(entry, (text) => void hash.update(text), digestOf);
  }
  return hash.digest('hex').slice(0, 12);
}

async function addEntry(entry: Entry, add: (text: string) => void, digestOf: DigestOf): Promise<void> {
  const addFile = async (file: string, name: string): Promise<void> => add(`${name} ${await digestOf(file)}\n`);
  if ('program' in entry) {
    await addFile(entry.program, entry.to ?? entry.program);
    for (const library of await librariesOf(entry.program)) await addFile(library, library);
    return;
  }
  if (!('from' in entry)) return add(JSON.stringify(entry));
  const { from, to, mode, except } = entry;
  add(JSON.stringify({ to, mode, except }));
  if (!(await stat(from)).isDirectory()) return addFile(from, '');
  for (const file of (await readdir(from, { recursive: true })).toSorted()) {
    if (!isExcepted(entry, file)) await addFile(path.join(from, file), file);
  }
}

type DigestOf = (file: string) => Promise<string>;

/** Reads a file once, however many layers it is in, one after the other. Links are followed, as they are for a layer. */
function digests(): DigestOf {
  const known = new Map<string, string>();
  const buffer = Buffer.allocUnsafe(1_048_576);
  return async (file) => {
    const digest = known.get(file) ?? (await digestOfFile(file, buffer));
    known.set(file, digest);
    return digest;
  };
}

async function digestOfFile(file: string, buffer: Buffer): Promise<string> {
  await using handle = await open(file);
  const found = await handle.stat();
  if (found.isDirectory()) return 'folder';
  const hash = createHash('sha256');
  for (;;) {
    const { bytesRead } = await handle.read(buffer);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
  }
  return `${hash.digest('hex')}${(found.mode & 0o111) === 0 ? '' : ' x'}`;
}

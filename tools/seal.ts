import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** In a program's cache folder: the SHA-256 of every file, as it was when the folder was filled. */
const SEAL = '.sha256.json';

const seal = z.object({ version: z.literal(1), files: z.record(z.string(), z.string()) });

/** Records the contents of a folder that was just filled. */
export async function sealFolder(folder: string): Promise<void> {
  const files = await digestsIn(folder);
  const unfinished = path.join(folder, `${SEAL}.${randomBytes(4).toString('hex')}`);
  await writeFile(unfinished, `${JSON.stringify({ version: 1, files }, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path.join(folder, SEAL));
}

/** Says whether it was written down what lies in a folder; for one that an earlier version has filled it was not. */
export async function isSealed(folder: string): Promise<boolean> {
  return (await lstat(path.join(folder, SEAL)).catch(ifMissing)) !== null;
}

/**
 * What is wrong with a sealed folder, as the end of a sentence about it, or null. Reads every file: about 100 ms for 100 MB.
 */
export async function sealFault(folder: string): Promise<string | null> {
  const text = (await readFile(path.join(folder, SEAL), 'utf8').catch(ifMissing)) ?? '';
  const parsed = seal.safeParse(parseJson(text));
  if (!parsed.success) return `holds a ${SEAL} that cannot be read`;
  const found = await digestsIn(folder);
  for (const file of new Set([...Object.keys(parsed.data.files), ...Object.keys(found)])) {
    if (found[file] === undefined) return `lacks ${file}`;
    if (parsed.data.files[file] === undefined) return `contains ${file}, which was not stored there`;
    if (found[file] !== parsed.data.files[file]) return `contains a ${file} that differs from the stored one`;
  }
  return null;
}

/**
 * The first folder of a file, or the file itself, that another account than this one and root can change; null if there is none.
 * Allowed are a sticky folder (/tmp), in which only owners delete files, and write access of the account's own first group,
 * because distributions give each account its own group.
 */
export async function writableByOthers(file: string): Promise<string | null> {
  const own = process.getuid?.() ?? 0;
  const group = process.getgid?.() ?? 0;
  for (let at = file; ; at = path.dirname(at)) {
    const { uid, gid, mode } = await lstat(at);
    const isSticky = (mode & 0o1000) !== 0 && at !== file;
    const isForeign = uid !== own && uid !== 0;
    if (isForeign || (!isSticky && ((mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== group && gid !== 0))))
      return at;
    if (at === path.dirname(at)) return null;
  }
}

async function digestsIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => file !== SEAL && !file.startsWith(`${SEAL}.`))
    .toSorted();
  const digests: Record<string, string> = {};
  for (const file of files) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(folder, file), { highWaterMark: 1024 * 1024 }), hash);
    digests[file] = hash.digest('hex');
  }
  return digests;
}

function ifMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

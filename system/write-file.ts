import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, open, realpath, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';

export interface WriteOptions {
  /** Of the file, whatever the umask is and whatever an earlier file of this name had. */
  readonly mode: number;
  /** Fails with EEXIST if the name is taken, also by a writer that was faster; without it, an earlier file is replaced. */
  readonly isNew?: boolean;
}

/** A file that could not be written; an earlier one of the name is as it was. `code` is the system's, such as ENOSPC or EFBIG. */
export class NotWrittenError extends Error {
  override readonly name = 'NotWrittenError';
  readonly code: string;
  readonly path: string;

  constructor(file: string, cause: unknown) {
    super(`${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
    this.path = file;
  }
}

/** Removed when this process exits in the middle of a write. */
const unfinished = new Set<string>();
/** The last write to each file: writers in this process take turns, so that the last call wins. */
const turns = new Map<string, Promise<void>>();

/**
 * Writes a whole file or none: to a temporary file in the same folder, to the disk, and then under its name. A symbolic link is followed.
 * Every writer of files that are replaced goes through here.
 * @throws NotWrittenError
 */
export async function writeWhole(file: string, content: string | Uint8Array, options: WriteOptions): Promise<void> {
  const name = path.resolve(file);
  const before = turns.get(name);
  const own = (before ?? Promise.resolve()).then(() => replace(file, content, options));
  const settled = own.catch(() => undefined);
  turns.set(name, settled);
  try {
    await own;
  } catch (error) {
    throw new NotWrittenError(file, error);
  } finally {
    if (turns.get(name) === settled) turns.delete(name);
  }
}

async function replace(file: string, content: string | Uint8Array, { mode, isNew = false }: WriteOptions) {
  const target = isNew ? file : await realpath(file).catch(() => file);
  const temporary = begin(target);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      // Not FileHandle.write, which may write a part and say so only in what it returns.
      await handle.writeFile(content);
      await handle.chmod(mode);
      await giveToOwner(handle, target);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (isNew) await linkNew(temporary, target);
    else await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
    unfinished.delete(temporary);
  }
}

/** As `writeWhole`, in one go, and without waiting for the disk: for what may be lost when the machine loses power. */
export function writeWholeSync(file: string, content: string, { mode }: Pick<WriteOptions, 'mode'>): void {
  let temporary: string | undefined;
  try {
    const target = realpathOf(file);
    temporary = begin(target);
    const descriptor = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(descriptor, Buffer.from(content));
      chmodSync(temporary, mode);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (error) {
    throw new NotWrittenError(file, error);
  } finally {
    if (temporary !== undefined) {
      rmSync(temporary, { force: true });
      unfinished.delete(temporary);
    }
  }
}

function realpathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function begin(target: string): string {
  if (unfinished.size === 0 && !process.listeners('exit').includes(removeUnfinished))
    process.on('exit', removeUnfinished);
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  unfinished.add(temporary);
  return temporary;
}

function removeUnfinished(): void {
  for (const temporary of unfinished) rmSync(temporary, { force: true });
}

/** An operator's file stays the operator's when root writes it. */
async function giveToOwner(handle: FileHandle, target: string): Promise<void> {
  const earlier = await stat(target).catch(() => null);
  if (earlier === null || process.getuid?.() !== 0) return;
  const { uid, gid } = await handle.stat();
  if (uid !== earlier.uid || gid !== earlier.gid) await handle.chown(earlier.uid, earlier.gid);
}

/** File systems without hard links, as on most USB sticks. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

async function linkNew(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_LINKS.includes(String(error.code)))) throw error;
    // The name is taken first: a second writer fails here.
    await (await open(target, 'wx', 0o600)).close();
    await rename(temporary, target);
  }
}

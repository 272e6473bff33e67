import { createHash } from 'node:crypto';
import { access, constants, stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { PrivateFolder } from '../site-folder/index.ts';
import { TemporalUnavailableError } from './errors.ts';
import { DATABASE_FILE, VERSION_FILE } from './server-state.ts';
import { advise, client, run } from '../model/advice.ts';

/**
 * SHA-256 of the tables and indexes that server 1.29.1 creates, like `temporal server start-dev` of CLI 1.5.1 with it. There is no
 * upgrade from one version's SQLite tables to another's.
 */
const SCHEMA = 'b0610fc3c4b26a7fe4c5b0e6dabbece48686f7099cdfd9c54be08aa21adae76e';
const BUSY_MS = 2_000;
/** A file of this size is checked in a few milliseconds; a larger one is only opened. */
const MOST_CHECKED_BYTES = 64 * 1024 * 1024;
/** As long as the server keeps an install that has ended: after that the copy has nothing of interest. */
const KEEP_COPY_MS = 30 * 24 * 60 * 60_000;
const COPY = `${DATABASE_FILE}.before-`;
/** SQLite's result codes, https://www.sqlite.org/rescode.html */
const CODE = { busy: 5, locked: 6, readOnly: 8, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

export interface DatabaseOptions {
  /** The server's version, as it is recorded beside the database. */
  readonly version: string;
  readonly now: Date;
  readonly onProgress: (line: string) => void;
}

/**
 * Prepares the folder's database for the server, which must not be running: one of `temporal server start-dev` is copied once and
 * adopted. False if there is none: then the server creates it. Throws TemporalUnavailableError, and changes nothing, if it is damaged,
 * locked by another program, not writable, or of a version with other tables.
 */
export async function prepareDatabase(folder: PrivateFolder, options: DatabaseOptions): Promise<boolean> {
  const { version, now, onProgress } = options;
  await forgetOldCopies(folder, now);
  const size = await sizeOf(folder.path(DATABASE_FILE));
  const marker = (await folder.read(VERSION_FILE))?.trim() || null;
  if (size === null) {
    // SQLite would apply the journal of a deleted database to the new one.
    await folder.remove(`${DATABASE_FILE}-journal`);
    return false;
  }
  const found = await look(folder, size, marker);
  if (found.schema === 'unfinished') {
    await folder.remove(DATABASE_FILE);
    await folder.remove(`${DATABASE_FILE}-journal`);
    return false;
  }
  if (marker === version) {
    if (found.schema === 'other')
      throw damaged(folder, 'its tables are not those that the server created', await copies(folder));
    await forgetMembers(folder);
    return true;
  }
  if (found.schema === 'other') throw ofAnotherVersion(folder, marker ?? 'an unknown version', version);
  const copy = `${COPY}${(marker ?? 'unknown').replaceAll(/[^\w.-]/g, '-')}`;
  if (!(await folder.exists(copy))) await copyTo(folder, copy);
  onProgress(
    `adopting the database of the earlier Temporal server; a copy of it is kept for 30 days: ${folder.path(copy)}`,
  );
  await folder.write(VERSION_FILE, `${version}\n`);
  return true;
}

/** Records the version of the server that has created the database. */
export async function markDatabase(folder: PrivateFolder, version: string): Promise<void> {
  await folder.write(VERSION_FILE, `${version}\n`);
}

type Schema = 'ours' | 'other' | 'unfinished';

async function look(folder: PrivateFolder, size: number, marker: string | null): Promise<{ schema: Schema }> {
  const file = folder.path(DATABASE_FILE);
  await access(file, constants.R_OK | constants.W_OK).catch((error: unknown) => {
    throw new TemporalUnavailableError(
      `this account cannot write the database of the local Temporal server, ${file} (${messageOf(error)}). ` +
        'Make it writable for this account again, or use the account that starts the installs.',
    );
  });
  // A server that died while it created its tables leaves a part of them, or nothing at all, and has never come up.
  if (size === 0 && marker === null) return { schema: 'unfinished' };
  if (size === 0) throw damaged(folder, 'it is empty', await copies(folder));
  try {
    return await opened(file, (database) => {
      // A program that has it open for writing is detected here, and not by a server that waits.
      database.exec('BEGIN IMMEDIATE; ROLLBACK');
      const [fault] = size > MOST_CHECKED_BYTES ? [] : faultsOf(database);
      if (fault !== undefined) throw Object.assign(new Error(fault), { errcode: CODE.corrupt });
      if (schemaOf(database) === SCHEMA) return { schema: 'ours' };
      return { schema: marker === null && !wasUsed(database) ? 'unfinished' : 'other' };
    });
  } catch (error) {
    throw await explained(folder, error);
  }
}

function faultsOf(database: DatabaseSync): string[] {
  const rows = database.prepare('PRAGMA quick_check(1)').all();
  return rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok');
}

function schemaOf(database: DatabaseSync): string {
  const rows = database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name').all();
  const text = rows.map((row) => Object.values(row).join('\0')).join('\n');
  return createHash('sha256').update(text).digest('hex');
}

/** A server writes its own namespace first. */
function wasUsed(database: DatabaseSync): boolean {
  const [table] = database.prepare("SELECT name FROM sqlite_master WHERE name = 'namespaces'").all();
  return table !== undefined && database.prepare('SELECT 1 FROM namespaces LIMIT 1').get() !== undefined;
}

/**
 * This server is a single process that is not running: recorded members of its cluster were killed. The next one would search for them
 * for most of a minute, and could serve no request in that time ("Not enough hosts").
 */
async function forgetMembers(folder: PrivateFolder): Promise<void> {
  try {
    await opened(folder.path(DATABASE_FILE), (database) => database.exec('DELETE FROM cluster_membership'));
  } catch (error) {
    throw await explained(folder, error);
  }
}

/** Not by copying the file: the unfinished transactions of a killed server are rolled back first. */
async function copyTo(folder: PrivateFolder, copy: string): Promise<void> {
  const unfinished = `${copy}.unfinished`;
  try {
    // SQLite accepts an empty file, which already has the mode.
    await folder.write(unfinished, '');
    await opened(folder.path(DATABASE_FILE), (database) =>
      database.prepare('VACUUM INTO ?').run(folder.path(unfinished)),
    );
  } catch (error) {
    await folder.remove(unfinished);
    throw await explained(folder, error);
  }
  await folder.rename(unfinished, copy);
}

async function forgetOldCopies(folder: PrivateFolder, now: Date): Promise<void> {
  for (const name of await copies(folder)) {
    const { mtimeMs } = await stat(folder.path(name));
    if (now.getTime() - mtimeMs > KEEP_COPY_MS) await folder.remove(name);
  }
}

async function copies(folder: PrivateFolder): Promise<string[]> {
  return (await folder.list()).filter((name) => name.startsWith(COPY));
}

async function opened<Value>(file: string, use: (database: DatabaseSync) => Value): Promise<Value> {
  const { DatabaseSync } = await import('node:sqlite');
  // The server's own tables name JSON paths in double quotes.
  const database = new DatabaseSync(file, { timeout: BUSY_MS, enableDoubleQuotedStringLiterals: true });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

async function explained(folder: PrivateFolder, error: unknown): Promise<unknown> {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : null;
  const file = folder.path(DATABASE_FILE);
  switch (code) {
    case CODE.corrupt:
    case CODE.notADatabase:
      return damaged(folder, messageOf(error), await copies(folder));
    case CODE.busy:
    case CODE.locked:
      return new TemporalUnavailableError(
        advise`the database of the local Temporal server, ${file}, is locked by another program. Nothing was changed. Stop that program (${run('fuser', file)} shows it), then try again.`,
      );
    case CODE.full:
      return new TemporalUnavailableError(`no space left for ${file}. Free some space, then try again.`);
    case CODE.readOnly:
    case CODE.cannotOpen:
      return new TemporalUnavailableError(
        `the database of the local Temporal server, ${file}, cannot be opened for writing (${messageOf(error)}). ` +
          'Check its folder and file system, then try again.',
      );
    default:
      return error;
  }
}

/** What is lost with a database, and what is not. */
const LOST = advise`This loses the progress of the installs on this machine, and the history of those that ended. The folders of the sites, with their keys, and the appliances themselves are not touched. ${client('start')} starts an install again, with the inputs in its folder.`;

function damaged(folder: PrivateFolder, why: string, kept: readonly string[]): TemporalUnavailableError {
  const file = folder.path(DATABASE_FILE);
  return new TemporalUnavailableError(
    advise`the database of the local Temporal server, ${file}, is damaged (${why}). Nothing was changed.\nTo continue without it: ${run('mv', file, `${file}.damaged`)}. ${LOST}${kept.map((name) => `\nThere is a copy from before an upgrade of the client: ${folder.path(name)}.`).join('')}`,
  );
}

function ofAnotherVersion(folder: PrivateFolder, made: string, version: string): TemporalUnavailableError {
  const file = folder.path(DATABASE_FILE);
  return new TemporalUnavailableError(
    advise`the database ${file} was created by Temporal ${made}, whose tables differ from those of ${version}, which this client runs. Nothing was changed.\nComplete its installs with the client that started them. Or give them up: ${run('mv', file, `${file}.of-${made.replaceAll(/[^\w.-]/g, '-')}`)}. ${LOST}`,
  );
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { readRegularFile } from './read-file.ts';
import { isAlive } from './processes.ts';

const REFRESH_MS = 5_000;
/** A lock that was not refreshed for this long has no living holder: six missed refreshes. */
const STALE_MS = 30_000;
const POLL_MS = 250;

const holderSchema = z.object({ pid: z.int(), host: z.string() });
type Holder = z.infer<typeof holderSchema>;

/**
 * Acquires a lock, waiting for another process that has it. A dead holder is noticed: at once on this machine, after 30 seconds on
 * another. A holder that was asleep for longer (a closed lid) may have lost the lock: what is done under the lock must end in one step
 * that is correct even then.
 * @param onWait called once when another process holds it, with that holder
 * @returns releases the lock
 * @throws the signal's reason when it aborts while waiting; ENOENT if the folder above the file's own does not exist
 */
export async function takeLock(
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: (holder: Holder | undefined) => void } = {},
): Promise<() => Promise<void>> {
  await makeFolder(path.dirname(file));
  let told = false;
  while (!(await create(file))) {
    const holder = await readHolder(file);
    if ((await isStale(file, holder)) && (await removeStale(file))) continue;
    if (!told) options.onWait?.(holder);
    told = true;
    await delay(POLL_MS, undefined, { signal: options.signal });
  }
  const refresh = setInterval(() => {
    const now = new Date();
    // A missing lock file was taken over while this process slept; both continue.
    utimes(file, now, now).catch(() => clearInterval(refresh));
  }, REFRESH_MS);
  return async () => {
    clearInterval(refresh);
    await rm(file, { force: true });
  };
}

/** True while a living process holds the lock. */
export async function isLocked(file: string): Promise<boolean> {
  const holder = await readHolder(file);
  return holder !== undefined && !(await isStale(file, holder));
}

/** One level only: a folder that an operator has removed is not brought back by a process that takes a lock late. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

async function create(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    const holder: Holder = { pid: process.pid, host: hostname() };
    await handle.writeFile(JSON.stringify(holder));
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined while the file is missing or its content is not written yet. */
async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readRegularFile(file).catch(() => '');
  return holderSchema.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isStale(file: string, holder: Holder | undefined): Promise<boolean> {
  if (holder !== undefined && holder.host === hostname() && !isAlive(holder.pid)) return true;
  const age = await stat(file).then(
    (stats) => Date.now() - stats.mtimeMs,
    () => 0,
  );
  return age > STALE_MS;
}

/**
 * Removes a dead holder's lock, one process at a time: of two that saw the same dead holder, the second must not remove the lock that
 * the first has acquired since.
 */
async function removeStale(file: string): Promise<boolean> {
  const breaking = `${file}.breaking`;
  if (!(await create(breaking))) {
    // Held for microseconds: an old one was left by a process that was killed just then.
    if (await isStale(breaking, undefined)) await rm(breaking, { force: true });
    return false;
  }
  try {
    if (!(await isStale(file, await readHolder(file)))) return false;
    await rm(file, { force: true });
    return true;
  } finally {
    await rm(breaking, { force: true });
  }
}

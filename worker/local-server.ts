import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { z } from 'zod';
import { privateFolder } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { takeLock } from '../tools/lock.ts';
import { ProgramMissingError } from '../tools/missing.ts';
import { resolveProgram } from '../tools/resolve.ts';
import type { ResolvedProgram } from '../tools/resolve.ts';
import { TemporalUnavailableError } from './errors.ts';
import { freePort, isOurs, stopProcess } from './processes.ts';

const NAMESPACE = 'appliance';
const RETENTION = '30 days';
/** The progress document in the memo is a few kilobytes; the server's own warning begins at two. */
const MEMO_WARN_BYTES = 65_536;
const START_TIMEOUT_MS = 30_000;
const HEALTH_TIMEOUT_MS = 2_000;

const STATE_FILE = 'server.json';
const DATABASE_FILE = 'temporal.db';
/** The version of the server that made the database stands beside it: another one's schema may not fit. */
const VERSION_FILE = 'temporal.db.version';
const LOG_FILE = 'server.log';

const serverState = z.object({
  pid: z.number().int(),
  address: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
});
export type LocalServer = z.infer<typeof serverState> & { readonly logFile: string; readonly startedNow: boolean };

export interface LocalServerOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** Takes the folder of all sites, gives the folder of its local Temporal server. */
export function serverFolder(home: string): PrivateFolder {
  return privateFolder(join(home, '.temporal'));
}

/** Gives the local server when its process runs and answers, else null. Starts nothing. */
export async function runningLocalServer(home: string): Promise<LocalServer | null> {
  const folder = serverFolder(home);
  const text = await folder.read(STATE_FILE);
  const state = serverState.safeParse(text === null ? null : JSON.parse(text));
  if (!state.success || !(await isOurs(state.data.pid, folder.path(DATABASE_FILE)))) return null;
  if (!(await answers(state.data.address))) return null;
  return { ...state.data, logFile: folder.path(LOG_FILE), startedNow: false };
}

/**
 * Gives the local server of this folder, started when it does not run: on loopback and a free port, with its database in a
 * file, retention 30 days. Two callers at once get the same one. Throws TemporalUnavailableError when the database was made
 * by another version, or the server does not come up.
 */
export async function ensureLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const running = await runningLocalServer(options.home);
  if (running) return running;
  const folder = serverFolder(options.home);
  const release = await takeLock(folder.path('server.lock'), { signal: options.signal });
  try {
    return (await runningLocalServer(options.home)) ?? (await start(options, folder));
  } finally {
    await release();
  }
}

/** Stops the local server. Gives false when none ran. */
export async function stopLocalServer(home: string): Promise<boolean> {
  const folder = serverFolder(home);
  const text = await folder.read(STATE_FILE);
  const state = serverState.safeParse(text === null ? null : JSON.parse(text));
  await folder.remove(STATE_FILE);
  if (!state.success || !(await isOurs(state.data.pid, folder.path(DATABASE_FILE)))) return false;
  await stopProcess(state.data.pid);
  return true;
}

async function start(options: LocalServerOptions, folder: PrivateFolder): Promise<LocalServer> {
  const program = await serverProgram(options, folder);
  const version = program.version ?? 'unknown';
  await stopUnhealthy(folder);
  await folder.write(VERSION_FILE, `${version}\n`);
  await mkdir(folder.root, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const log = await open(folder.path(LOG_FILE), 'a', 0o600);
  options.onProgress(`starting the local Temporal server ${version} on ${address}`);
  const child = spawn(
    program.path,
    [
      'server',
      'start-dev',
      '--headless',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--db-filename',
      folder.path(DATABASE_FILE),
      '--namespace',
      NAMESPACE,
      '--log-level',
      'warn',
      '--dynamic-config-value',
      `limit.memoSize.warn=${MEMO_WARN_BYTES}`,
    ],
    {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: options.environment['PATH'], HOME: options.environment['HOME'] },
    },
  );
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  child.unref();
  await log.close();
  if (child.pid === undefined) throw new TemporalUnavailableError(`${program.path} cannot be run: ${await failed}`);
  const problem = await Promise.race([failed, untilHealthy(address, options.signal)]);
  if (problem !== null) {
    throw new TemporalUnavailableError(
      `the local Temporal server did not come up: ${problem}. Its log: ${folder.path(LOG_FILE)}`,
    );
  }
  const state = { pid: child.pid, address, version, startedAt: new Date().toISOString() };
  await folder.write(STATE_FILE, `${JSON.stringify(state, null, 2)}\n`);
  await folder.protect(DATABASE_FILE);
  return { ...state, logFile: folder.path(LOG_FILE), startedNow: true };
}

/** A database is opened by the version that made it; that one is obtained again when it is nowhere to be found. */
async function serverProgram(options: LocalServerOptions, folder: PrivateFolder): Promise<ResolvedProgram> {
  const { environment: env, signal, onProgress } = options;
  const made = await databaseVersion(folder);
  if (made === null) return resolveProgram('temporal', { env, signal, onProgress });
  try {
    return await resolveProgram('temporal', { env, signal, onProgress, range: made });
  } catch (error) {
    if (!(error instanceof ProgramMissingError)) throw error;
    throw new TemporalUnavailableError(
      `the database ${folder.path(DATABASE_FILE)} was made by Temporal ${made}, which is not here and could not be obtained. ` +
        `Name a program of version ${made} by APPLIANCE_TEMPORAL, or give up the running installs and move ${folder.root} aside.\n` +
        error.message,
    );
  }
}

async function databaseVersion(folder: PrivateFolder): Promise<string | null> {
  if (!(await folder.exists(DATABASE_FILE))) return null;
  return (await folder.read(VERSION_FILE))?.trim() ?? null;
}

/** Gives null once the namespace answers with our retention, else why it does not. */
async function untilHealthy(address: string, signal: AbortSignal): Promise<string | null> {
  const until = Date.now() + START_TIMEOUT_MS;
  let last = 'it does not answer';
  while (Date.now() < until) {
    signal.throwIfAborted();
    try {
      await setRetention(address);
      return null;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(100, undefined, { signal });
  }
  return `${last} after ${START_TIMEOUT_MS / 1000} s`;
}

async function setRetention(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: HEALTH_TIMEOUT_MS });
  try {
    await connection.withDeadline(Date.now() + HEALTH_TIMEOUT_MS, () =>
      connection.workflowService.updateNamespace({
        namespace: NAMESPACE,
        config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
      }),
    );
  } finally {
    await connection.close();
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: HEALTH_TIMEOUT_MS });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

/** A server that runs and does not answer would keep the database locked. */
async function stopUnhealthy(folder: PrivateFolder): Promise<void> {
  const text = await folder.read(STATE_FILE);
  const state = serverState.safeParse(text === null ? null : JSON.parse(text));
  if (state.success && (await isOurs(state.data.pid, folder.path(DATABASE_FILE)))) await stopProcess(state.data.pid);
}

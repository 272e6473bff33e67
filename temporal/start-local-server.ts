import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { PrivateFolder } from '../site-folder/index.ts';
import { ProgramMissingError } from '../tools/missing.ts';
import { resolveProgram } from '../tools/resolve.ts';
import type { ResolvedProgram } from '../tools/resolve.ts';
import { TemporalUnavailableError } from './errors.ts';
import { freePort, stopProcess } from '../system/processes.ts';
import {
  DATABASE_FILE,
  HEALTH_TIMEOUT_MS,
  LOCAL_NAMESPACE,
  VERSION_FILE,
  lastAddress,
  recordServer,
  recordedServer,
  serverFolder,
} from './server-state.ts';
import type { ServerState } from '../model/records.ts';
import type { LocalServerOptions } from './server-state.ts';

const RETENTION = '30 days';
/** The progress document in the memo is a few kilobytes; the server's own warning begins at two. */
const MEMO_WARN_BYTES = 65_536;
const START_TIMEOUT_MS = 30_000;

const LOG_FILE = 'server.log';

/** Starts the server and gives it once its namespace answers. Throws TemporalUnavailableError. */
export async function startLocalServer(options: LocalServerOptions): Promise<ServerState> {
  const folder = serverFolder(options.home);
  const program = await serverProgram(options, folder);
  const version = program.version ?? 'unknown';
  const unhealthy = await recordedServer(options.home);
  // One that runs and does not answer would keep the database locked.
  if (unhealthy) await stopProcess(unhealthy.pid);
  await folder.write(VERSION_FILE, `${version}\n`);
  await folder.make();
  // Where it was before, if it can be: a worker that outlived it waits for it there.
  const port = await freePort(portIn(await lastAddress(options.home)));
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
      LOCAL_NAMESPACE,
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
  await recordServer(options.home, state);
  await folder.protect(DATABASE_FILE);
  return state;
}

function portIn(address: string | null): number {
  return Number(address?.split(':').at(-1) ?? 0);
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
        namespace: LOCAL_NAMESPACE,
        config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
      }),
    );
  } finally {
    await connection.close();
  }
}

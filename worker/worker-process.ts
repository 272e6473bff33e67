import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { WORKER } from '../model/records.ts';
import type { WorkerState } from '../model/records.ts';
import { readState, writeStored } from '../site-folder/documents.ts';
import { isLocked, takeLock } from '../system/lock.ts';
import { WorkerFailedError } from './errors.ts';
import { codeFile } from '../system/code-files.ts';
import { stopLocalServer } from '../temporal/local-server.ts';
import { isAlive, isOurs, stopProcess } from '../system/processes.ts';
import { recordedServer, serverFolder } from '../temporal/server-state.ts';

const START_TIMEOUT_MS = 60_000;
const LOG_TAIL_LINES = 15;
const STATE_FILE = 'worker.json';
const LOCK_FILE = 'worker.lock';
const LOG_FILE = 'worker.log';

/**
 * A worker lives beside an operator's other work for hours, and mostly waits. V8's own choice spends memory on speed that is of no
 * use here; glibc keeps an arena for each of its dozen threads.
 */
const LEAN = ['--max-semi-space-size=2', '--optimize-for-size'];
const GIVE_BACK = { MALLOC_ARENA_MAX: '2' };

/** What a worker plays instead of a real appliance, or null for a real one. */
export type Simulate = WorkerState['simulate'];

export interface WorkerOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  /** True: the worker outlives this process. False: it ends when this process ends. */
  readonly detached: boolean;
  readonly simulate: Simulate;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

export interface WorkerHandle {
  readonly pid: number;
  readonly logFile: string;
  readonly startedNow: boolean;
  readonly detached: boolean;
  stop(): Promise<void>;
  /** Resolves when the worker's process has ended; the exit code is null for a worker that another process started. */
  readonly exited: Promise<number | null>;
}

/** Gives the worker of this folder that runs, else null. */
export async function runningWorker(home: string): Promise<WorkerState | null> {
  const state = await readState(serverFolder(home), STATE_FILE, WORKER);
  return state && (await isOurs(state.pid, home)) ? state : null;
}

/**
 * Gives a worker that polls: the one that runs already, or a new process. Throws WorkerFailedError with the end of its log
 * when it ends before it is ready, or is not ready in a minute.
 */
export async function ensureWorker(options: WorkerOptions): Promise<WorkerHandle> {
  const folder = serverFolder(options.home);
  const release = await takeLock(folder.path(LOCK_FILE), { signal: options.signal });
  try {
    const running = await runningWorker(options.home);
    const useless = running && (await whyUseless(running, options));
    if (running && !useless) return foreignHandle(running.pid, running.detached, folder.path(LOG_FILE));
    if (running) {
      options.onProgress(`the worker that runs (process ${running.pid}) ${useless}: starting another in its place`);
      await stopProcess(running.pid);
    }
    return await startWorker(options, folder.path(LOG_FILE));
  } finally {
    await release();
  }
}

/** True while a process of this machine starts a worker of this folder, or looks whether it must. */
export async function workerIsStarting(home: string): Promise<boolean> {
  return isLocked(serverFolder(home).path(LOCK_FILE));
}

/** Gives why a worker that runs cannot take up what this caller wants of it; null when it can. */
async function whyUseless(running: WorkerState, { home, simulate }: WorkerOptions): Promise<string | null> {
  const server = running.local ? await recordedServer(home) : null;
  if (server && server.address !== running.address)
    return `asks for work at ${running.address}, where no server is any more`;
  if (simulate && running.simulate?.scenario !== simulate.scenario)
    return `plays ${running.simulate?.scenario ?? 'nothing'}, not ${simulate.scenario}`;
  return null;
}

/** Stops the worker and the local server of this folder; says which of them ran. */
export async function stopBackground({ home }: { home: string }): Promise<{ worker: boolean; server: boolean }> {
  const worker = await runningWorker(home);
  if (worker) await stopProcess(worker.pid);
  return { worker: worker !== null, server: await stopLocalServer(home) };
}

/** Says that the worker of this process polls, so that other processes find it. */
export async function announceWorker(home: string, state: Omit<WorkerState, 'pid' | 'startedAt'>): Promise<void> {
  const announced: WorkerState = { ...state, pid: process.pid, startedAt: new Date().toISOString() };
  await writeStored(serverFolder(home), STATE_FILE, WORKER, announced);
}

async function startWorker(options: WorkerOptions, logFile: string): Promise<WorkerHandle> {
  const { home, detached, simulate } = options;
  await serverFolder(home).make();
  const log = await open(logFile, 'a', 0o600);
  const simulation = simulate
    ? ['--simulate', simulate.scenario, ...(simulate.speed === null ? [] : ['--speed', String(simulate.speed)])]
    : [];
  const child = spawn(
    process.execPath,
    [...LEAN, codeFile('worker/main'), '--home', home, ...(detached ? ['--detached'] : []), ...simulation],
    {
      detached,
      env: { ...GIVE_BACK, ...options.environment },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    },
  );
  await log.close();
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
  await untilReady(child, exited, options, logFile);
  if (detached) {
    child.disconnect();
    child.unref();
  }
  const pid = child.pid ?? 0;
  return { pid, logFile, startedNow: true, detached, exited, stop: async () => stopProcess(pid) };
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<number | null>,
  options: WorkerOptions,
  logFile: string,
): Promise<void> {
  const ready = new Promise<'ready'>((resolve) => child.once('message', () => resolve('ready')));
  const late = sleep(START_TIMEOUT_MS, 'late' as const, { signal: options.signal });
  const end = await Promise.race([ready, exited, late]);
  if (end === 'ready') return;
  if (child.pid !== undefined && isAlive(child.pid)) await stopProcess(child.pid);
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  const what =
    end === 'late' ? `was not ready after ${START_TIMEOUT_MS / 1000} s` : `ended with exit code ${end ?? 'none'}`;
  throw new WorkerFailedError(`the worker ${what}. The end of ${logFile}:\n${lines.join('\n')}`);
}

/** A worker that another process started: its end is seen by looking. */
function foreignHandle(pid: number, detached: boolean, logFile: string): WorkerHandle {
  const gone = async (): Promise<null> => {
    while (isAlive(pid)) await sleep(1_000, undefined, { ref: false });
    return null;
  };
  return { pid, logFile, startedNow: false, detached, exited: gone(), stop: async () => stopProcess(pid) };
}

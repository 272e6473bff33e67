import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog, readEnd } from '../system/read-file.ts';
import type { WorkerState } from '../model/records.ts';
import { takeLock } from '../system/lock.ts';
import { WorkerFailedError } from './errors.ts';
import { codeFile } from '../system/code-files.ts';
import { isAlive, stopProcess } from '../system/processes.ts';
import { serverFolder } from '../temporal/server-state.ts';
import { needsOf, whyUseless } from './duties.ts';
import type { Needs } from './duties.ts';
import { reap } from './reap.ts';
import { LOGS, rotateLogs } from './rotate.ts';
import { WORKER_LOCK, foundWorkers, isUnrecorded, presentWorker, recordedWorker } from './states.ts';

export const START_TIMEOUT_MS = 60_000;
const LOG_TAIL_LINES = 15;
/** Of a log with endless lines. */
const LOG_TAIL_BYTES = 64 * 1024;

/**
 * A worker runs beside an operator's other work for hours, and mostly waits. V8's defaults spend memory on speed that is of no use here;
 * glibc keeps an arena for each of its dozen threads.
 */
export const LEAN = ['--max-semi-space-size=2', '--optimize-for-size'];
const GIVE_BACK = { MALLOC_ARENA_MAX: '2' };

/** The environment of our background processes: with a compile cache, because they are started when time counts. */
export function backgroundEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const cache = environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
  return { ...GIVE_BACK, NODE_COMPILE_CACHE: join(cache, 'appliance-client', 'compiled'), ...environment };
}

/** The scenario that a worker simulates, or null for a real appliance. */
export type Simulate = WorkerState['simulate'];

export interface WorkerOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  /** True: the worker outlives this process. False: it ends when this process ends. */
  readonly detached: boolean;
  readonly simulate: Simulate;
  /**
   * True: a worker of another build is accepted. For a client whose worker ended: another client may have replaced it by its own, and two of
   * them would keep replacing each other's.
   */
  readonly anyBuild?: boolean;
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

/**
 * A worker that polls: the running one, or a new child process. Throws WorkerFailedError with the end of its log when it ends before it is
 * ready, or is not ready in a minute.
 */
export async function findOrStartWorker(options: WorkerOptions): Promise<WorkerHandle> {
  const folder = serverFolder(options.home);
  const release = await takeLock(folder.path(WORKER_LOCK), { signal: options.signal });
  try {
    const [running, before, needs] = await Promise.all([
      presentWorker(options.home),
      recordedWorker(options.home),
      needsOf(options),
    ]);
    const unfit = running && whyUnfit(running, options, needs);
    if (running && unfit === null) return foreignHandle(running, options.home);
    if (running) {
      options.onProgress(replacing(running, unfit ?? ''));
      await stopProcess(running.pid);
    }
    // One that was never recorded: its client was killed while it was starting.
    for (const { pid } of await foundWorkers(options.home)) await stopProcess(pid);
    const dead = running ?? before;
    const [handle] = await Promise.all([startWorker(options), dead && reap(dead, options)]);
    return handle;
  } finally {
    await release();
  }
}

/** Why a running worker cannot do what this caller needs, as a message; null when it can. */
export function whyUnfit(
  running: WorkerState,
  { detached, anyBuild = false }: Pick<WorkerOptions, 'detached' | 'anyBuild'>,
  needs: Needs,
): string | null {
  if (isUnrecorded(running)) return 'has lost its record';
  if (detached && !running.detached) return 'is tied to a terminal and would end with it';
  return whyUseless(running, needs, { anyBuild });
}

export function replacing({ pid }: Pick<WorkerState, 'pid'>, unfit: string): string {
  return `the running worker (process ${pid}) ${unfit}: replacing it`;
}

async function startWorker(options: WorkerOptions): Promise<WorkerHandle> {
  const { home, detached, simulate } = options;
  const folder = serverFolder(home);
  const logFile = folder.path(LOGS.worker);
  await folder.make();
  await rotateLogs(folder);
  const log = await openLog(logFile);
  const child = spawn(
    process.execPath,
    [
      ...LEAN,
      codeFile('worker/main'),
      '--home',
      home,
      ...(detached ? ['--detached'] : []),
      ...simulationArguments(simulate),
    ],
    {
      // A process group of its own, even if it is tied to this process: what it leaves behind when it is killed is found by that.
      detached: true,
      env: backgroundEnvironment(options.environment),
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

export function simulationArguments(simulate: Simulate): string[] {
  if (!simulate) return [];
  const { scenario, speed } = simulate;
  return ['--simulate', scenario, ...(speed === null ? [] : ['--speed', String(speed)])];
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
  throw await workerFailed(
    end === 'late' ? `was not ready after ${START_TIMEOUT_MS / 1000} s` : `ended with exit code ${end ?? 'none'}`,
    logFile,
  );
}

/** The error for a worker that failed, with the end of its log. */
export async function workerFailed(what: string, logFile: string): Promise<WorkerFailedError> {
  const { text } = await readEnd(logFile, LOG_TAIL_BYTES).catch(() => ({ text: '' }));
  const lines = text.trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  return new WorkerFailedError(`the worker ${what}. The end of ${logFile}:\n${lines.join('\n')}`);
}

/** A worker that another process started: its end is found by polling. */
export function foreignHandle({ pid, detached }: WorkerState, home: string, startedNow = false): WorkerHandle {
  const gone = async (): Promise<null> => {
    while (isAlive(pid)) await sleep(1_000, undefined, { ref: false });
    return null;
  };
  const logFile = serverFolder(home).path(LOGS.worker);
  return { pid, logFile, startedNow, detached, exited: gone(), stop: async () => stopProcess(pid) };
}

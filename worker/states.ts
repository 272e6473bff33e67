import { basename } from 'node:path';
import { SUPERVISOR, WORKER } from '../model/records.ts';
import type { SupervisorState, WorkerState } from '../model/records.ts';
import { readState, writeStored } from '../site-folder/documents.ts';
import { isLocked } from '../system/lock.ts';
import { processesWith, startOf } from '../system/processes.ts';
import { serverFolder } from '../temporal/server-state.ts';

const WORKER_FILE = 'worker.json';
export const SUPERVISOR_FILE = 'supervisor.json';

/** The address of a worker without a record. */
const UNKNOWN = '';

/** Held by a process while it starts a worker. */
export const WORKER_LOCK = 'worker.lock';

/**
 * The running worker of this folder, else null. One without a record is found by its command line, unless it has no record yet because it
 * is just starting.
 */
export async function runningWorker(home: string): Promise<WorkerState | null> {
  const worker = await presentWorker(home);
  const begins = worker && isUnrecorded(worker) && (await isLocked(serverFolder(home).path(WORKER_LOCK)));
  return begins ? null : worker;
}

/** The same for a holder of the lock: no other process starts one in that time. */
export async function presentWorker(home: string): Promise<WorkerState | null> {
  const recorded = await recordedWorker(home);
  if (recorded) return (await isRunning(recorded, () => foundWorkers(home))) ? recorded : null;
  return (await foundWorkers(home))[0] ?? null;
}

/** The worker that was recorded last, whether it is running or not. */
export async function recordedWorker(home: string): Promise<WorkerState | null> {
  return readState(serverFolder(home), WORKER_FILE, WORKER);
}

/** Every worker of this folder, by their command lines, independent of the record. */
export async function foundWorkers(home: string): Promise<WorkerState[]> {
  const found = (await processesWith(home)).filter(({ words }) => runsOn(home, words, 'main'));
  return Promise.all(
    found.map(async ({ pid, words }) => {
      const scenario = valueIn(words, '--simulate');
      const speed = valueIn(words, '--speed');
      const start = await startOf(pid);
      return {
        pid,
        ...(start !== null && { start }),
        startedAt: new Date().toISOString(),
        detached: words.includes('--detached'),
        address: UNKNOWN,
        local: true,
        simulate: scenario === null ? null : { scenario, speed: speed === null ? null : Number(speed) },
      };
    }),
  );
}

/** True if a worker is known by its command line only: what it does is unknown. */
export function isUnrecorded({ address }: Pick<WorkerState, 'address'>): boolean {
  return address === UNKNOWN;
}

/** Records the worker of this process, so that others find it. */
export async function recordWorker(home: string, state: Omit<WorkerState, keyof Process>): Promise<void> {
  await writeStored(serverFolder(home), WORKER_FILE, WORKER, { ...(await thisProcess()), ...state });
}

/** What a supervisor without a record keeps is unknown. */
type RunningSupervisor = Pick<SupervisorState, 'pid' | 'keeps'>;

/** The running supervisor of this folder, else null. */
export async function runningSupervisor(home: string): Promise<RunningSupervisor | null> {
  const recorded = await readState(serverFolder(home), SUPERVISOR_FILE, SUPERVISOR);
  if (recorded) return (await isRunning(recorded, async () => [])) ? recorded : null;
  const [found] = await foundSupervisors(home);
  return found === undefined ? null : { pid: found, keeps: null };
}

/** The process ids of the supervisors of this folder, by their command lines: one that is just starting has no record yet. */
export async function foundSupervisors(home: string): Promise<number[]> {
  const found = (await processesWith(home)).filter(({ words }) => runsOn(home, words, 'supervisor'));
  return found.map(({ pid }) => pid);
}

/** Records the supervisor of this process and what it keeps. */
export async function recordSupervisor(home: string, keeps: SupervisorState['keeps']): Promise<void> {
  await writeStored(serverFolder(home), SUPERVISOR_FILE, SUPERVISOR, { ...(await thisProcess()), keeps });
}

export async function forgetSupervisor(home: string): Promise<void> {
  await serverFolder(home).remove(SUPERVISOR_FILE);
}

type Process = Required<Pick<WorkerState, 'pid' | 'start' | 'startedAt'>>;

async function thisProcess(): Promise<Process> {
  return { pid: process.pid, start: (await startOf(process.pid)) ?? '', startedAt: new Date().toISOString() };
}

/** Clients up to 0.1.0 recorded no start: for these the command line tells whether it is still the same program. */
async function isRunning(
  { pid, start }: Pick<WorkerState, 'pid' | 'start'>,
  found: () => Promise<readonly { readonly pid: number }[]>,
): Promise<boolean> {
  const present = await startOf(pid);
  if (present === null) return false;
  if (start !== undefined) return start === present;
  return (await found()).some((one) => one.pid === pid);
}

/** True for the command line of a program of ours (`codeFile`) that works for this folder; `--home` is its first argument. */
function runsOn(home: string, words: readonly string[], program: string): boolean {
  const at = words.indexOf('--home');
  const script = basename(words[at - 1] ?? '');
  return at > 0 && words[at + 1] === home && (script === `${program}.mjs` || script === `${program}.ts`);
}

function valueIn(words: readonly string[], flag: string): string | null {
  const at = words.indexOf(flag);
  return at < 0 ? null : (words[at + 1] ?? null);
}

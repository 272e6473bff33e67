import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { openLog } from '../system/read-file.ts';
import type { WorkerState } from '../model/records.ts';
import { codeFile } from '../system/code-files.ts';
import { isLocked, takeLock } from '../system/lock.ts';
import { stopProcess } from '../system/processes.ts';
import { TemporalUnavailableError } from '../temporal/errors.ts';
import { serverFolder } from '../temporal/server-state.ts';
import { needsOf, whyUseless } from './duties.ts';
import type { Duties, Needs } from './duties.ts';
import { WorkerFailedError } from './errors.ts';
import { LOGS, rotateLogs } from './rotate.ts';
import { runningSupervisor, runningWorker } from './states.ts';
import {
  LEAN,
  START_TIMEOUT_MS,
  backgroundEnvironment,
  foreignHandle,
  replacing,
  simulationArguments,
  whyUnfit,
  workerFailed,
} from './worker-process.ts';
import type { WorkerHandle, WorkerOptions } from './worker-process.ts';

export const SUPERVISOR_LOCK = 'supervisor.lock';
const LOOK_EVERY_MS = 100;
/** Makes a running supervisor check at once, without the rest between starts. */
const LOOK_NOW = 'SIGHUP';

/** What a supervisor reports once to the process that started it. */
export const supervisorWord = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ failed: z.string(), unavailable: z.boolean() }),
]);
export type SupervisorWord = z.infer<typeof supervisorWord>;

/**
 * A worker that a supervisor keeps alive. The running supervisor and worker are used if they do what is needed; else they are replaced, even
 * in the middle of a step: the new worker continues the old one's steps at once.
 */
export async function ensureSupervised(options: WorkerOptions): Promise<WorkerHandle> {
  const { home } = options;
  const folder = serverFolder(home);
  const release = await takeLock(folder.path(SUPERVISOR_LOCK), { signal: options.signal });
  try {
    const [supervisor, before, needs] = await Promise.all([
      runningSupervisor(home),
      runningWorker(home),
      needsOf(options),
    ]);
    const unfit = before && whyUnfit(before, { ...options, detached: true }, needs);
    const isKept = supervisor?.keeps ? whyOtherwise(supervisor.keeps, needs, options) === null : false;
    if (before && unfit === null && isKept) return foreignHandle(before, home);
    if (before && unfit !== null) options.onProgress(replacing(before, unfit));
    if (supervisor && !isKept) await stopProcess(supervisor.pid);
    if (before && unfit !== null) await stopProcess(before.pid);
    if (supervisor && isKept) process.kill(supervisor.pid, LOOK_NOW);
    else await startSupervisor(options);
    const now = await untilServed(options, needs);
    return foreignHandle(now, home, now.pid !== before?.pid || now.start !== before.start);
  } finally {
    await release();
  }
}

/**
 * Starts a supervisor for the local server of this folder, if there is none: it restarts the server when it dies, and stops it when it is
 * no longer needed. Waits for nothing.
 */
export async function lookAfterServer({
  home,
  environment,
}: Pick<WorkerOptions, 'home' | 'environment'>): Promise<void> {
  const folder = serverFolder(home);
  if ((await runningSupervisor(home)) || (await isLocked(folder.path(SUPERVISOR_LOCK)))) return;
  const log = await openLog(folder.path(LOGS.supervisor));
  const child = spawn(process.execPath, [...LEAN, codeFile('worker/supervisor'), '--home', home], {
    detached: true,
    env: backgroundEnvironment(environment),
    stdio: ['ignore', log.fd, log.fd],
  });
  // Without it everything works until the server dies, and then the next command restarts that.
  child.once('error', () => undefined);
  child.unref();
  await log.close();
}

/** The address of the local server does not matter: a supervisor may restart it at another one. */
function whyOtherwise(keeps: Duties, needs: Needs, { anyBuild = false }: WorkerOptions): string | null {
  const { target } = needs;
  const sameServer = target && target.local && keeps.local ? { ...target, address: keeps.address } : target;
  return whyUseless(keeps, { ...needs, target: sameServer }, { anyBuild });
}

async function startSupervisor(options: WorkerOptions): Promise<void> {
  const { home, environment, simulate } = options;
  const folder = serverFolder(home);
  await folder.make();
  await rotateLogs(folder);
  const log = await openLog(folder.path(LOGS.supervisor));
  const child = spawn(
    process.execPath,
    [...LEAN, codeFile('worker/supervisor'), '--home', home, '--worker', ...simulationArguments(simulate)],
    { detached: true, env: backgroundEnvironment(environment), stdio: ['ignore', log.fd, log.fd, 'ipc'] },
  );
  await log.close();
  try {
    await firstWord(child, options);
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** Waits until a supervisor reports that everything is running. Throws what it reports instead. */
async function firstWord(child: ChildProcess, { home, signal }: WorkerOptions): Promise<void> {
  const over = new AbortController();
  const word = new Promise<SupervisorWord>((resolve) =>
    child.once('message', (message) => resolve(supervisorWord.parse(message))),
  );
  const ended = new Promise<null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', () => resolve(null));
  });
  const late = sleep(2 * START_TIMEOUT_MS, null, { signal: AbortSignal.any([signal, over.signal]) });
  const said = await Promise.race([word, ended, late]).finally(() => {
    late.catch(() => undefined);
    over.abort();
  });
  if (said && 'ready' in said) return;
  if (said?.unavailable) throw new TemporalUnavailableError(said.failed);
  if (said) throw new WorkerFailedError(said.failed);
  throw await workerFailed('did not start under its supervisor', serverFolder(home).path(LOGS.supervisor));
}

async function untilServed(options: WorkerOptions, needs: Needs): Promise<WorkerState> {
  const until = Date.now() + START_TIMEOUT_MS;
  // Its server may have come up at another address since these needs were read.
  const anywhere = { ...needs, target: null };
  for (;;) {
    const worker = await runningWorker(options.home);
    if (worker && whyUnfit(worker, { detached: true, anyBuild: true }, anywhere) === null) return worker;
    if (Date.now() >= until)
      throw await workerFailed(
        `was not ready after ${START_TIMEOUT_MS / 1000} s`,
        serverFolder(options.home).path(LOGS.worker),
      );
    await sleep(LOOK_EVERY_MS, undefined, { signal: options.signal });
  }
}

import { privateFolder } from '../site-folder/index.ts';
import { isLocked } from '../system/lock.ts';
import { stopProcess } from '../system/processes.ts';
import { stopLocalServer } from '../temporal/local-server.ts';
import { serverFolder } from '../temporal/server-state.ts';
import { WORKER_LOCK, foundSupervisors, foundWorkers, runningSupervisor, runningWorker } from './states.ts';
import { SUPERVISOR_LOCK, ensureSupervised } from './supervised.ts';
import { findOrStartWorker } from './worker-process.ts';
import type { WorkerHandle, WorkerOptions } from './worker-process.ts';

/**
 * A worker that polls and does what is needed. One that must outlive this process is kept by a supervisor, and stays so: a caller in the
 * foreground does not take it away from the installs that depend on it. Throws WorkerFailedError with the end of its log when it ends
 * before it is ready, or is not ready in a minute.
 */
export async function ensureWorker(options: WorkerOptions): Promise<WorkerHandle> {
  await privateFolder(options.home).make();
  if (options.detached) return ensureSupervised(options);
  const [worker, supervisor] = await Promise.all([runningWorker(options.home), runningSupervisor(options.home)]);
  const isKept =
    worker?.detached === true ||
    (supervisor?.keeps ?? null) !== null ||
    (await isLocked(serverFolder(options.home).path(SUPERVISOR_LOCK)));
  return isKept ? ensureSupervised(options) : findOrStartWorker(options);
}

/** True while a process of this machine starts a worker of this folder, or checks whether it must. */
export async function workerIsStarting(home: string): Promise<boolean> {
  const folder = serverFolder(home);
  return (await isLocked(folder.path(WORKER_LOCK))) || isLocked(folder.path(SUPERVISOR_LOCK));
}

/** Stops supervisor, worker and local server of this folder, the supervisor first; says which of them were running. */
export async function stopBackground({
  home,
}: {
  home: string;
}): Promise<{ supervisor: boolean; worker: boolean; server: boolean }> {
  const supervisor = await runningSupervisor(home);
  if (supervisor) await stopProcess(supervisor.pid);
  for (const pid of await foundSupervisors(home)) await stopProcess(pid);
  const worker = await runningWorker(home);
  if (worker) await stopProcess(worker.pid);
  for (const { pid } of await foundWorkers(home)) await stopProcess(pid);
  return { supervisor: supervisor !== null, worker: worker !== null, server: await stopLocalServer(home) };
}

/** What the client uses of this room: a worker process. */
export { WorkerFailedError } from './errors.ts';
export { ensureWorker, stopBackground, workerIsStarting } from './ensure.ts';
export { lookAfterServer } from './supervised.ts';
export { runningSupervisor, runningWorker } from './states.ts';
export { installService, removeService, serviceHere } from './service.ts';
export type { Service } from './service.ts';
export type { WorkerState } from '../model/records.ts';
export type { Simulate, WorkerHandle, WorkerOptions } from './worker-process.ts';

/** What the client takes from the worker's room: a worker process. */
export { WorkerFailedError } from './errors.ts';
export { ensureWorker, runningWorker, stopBackground, workerIsStarting } from './worker-process.ts';
export type { WorkerState } from '../model/records.ts';
export type { Simulate, WorkerHandle, WorkerOptions } from './worker-process.ts';

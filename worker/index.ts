/** What the client takes from the worker's room: a worker process. */
export { WorkerFailedError } from './errors.ts';
export { ensureWorker, runningWorker, stopBackground } from './worker-process.ts';
export type { Simulate, WorkerHandle, WorkerOptions, WorkerState } from './worker-process.ts';

/** What the client takes from the worker's room: a way to Temporal, and a worker process. */
export { openTemporal } from './connection.ts';
export type { OpenOptions, TemporalAccess } from './connection.ts';
export { TemporalUnavailableError, WorkerFailedError } from './errors.ts';
export { runningLocalServer } from './local-server.ts';
export { ensureWorker, runningWorker, stopBackground } from './worker-process.ts';
export type { Simulate, WorkerHandle, WorkerState } from './worker-process.ts';

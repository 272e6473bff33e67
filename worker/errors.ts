/** A worker process ended before it was ready. The message contains the end of its log. */
export class WorkerFailedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WorkerFailedError';
  }
}

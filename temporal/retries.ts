import { setTimeout as delay } from 'node:timers/promises';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { Connection, ConnectionOptions } from '@temporalio/client';

/** A connection's calls, which are tried again as the SDK tries them until the connection is closed. */
export interface RetriedCalls {
  /** For the options of the connection. */
  readonly interceptors: NonNullable<ConnectionOptions['interceptors']>;
  close(connection: Connection): Promise<void>;
}

/** Two timers of the same length end in the order in which they were set; this is for their rounding. */
const ROUNDING_MS = 5;

/**
 * The SDK's retries outlive a call that was given up: one that is still to come would meet a closed channel, and its error reaches
 * nobody who could handle it, which ends the process (@temporalio/client 1.24, `grpc-retry`). Hence no new retry after `close`, and the
 * channel ends after the last one that was planned.
 */
export function retriedCalls(): RetriedCalls {
  const { retryableDecider, delayFunction } = defaultGrpcRetryOptions();
  let isClosed = false;
  let lastRetryAt = 0;
  return {
    interceptors: [
      makeGrpcRetryInterceptor({
        retryableDecider: (attempt, status) => !isClosed && retryableDecider(attempt, status),
        delayFunction: (attempt, status) => {
          const ms = delayFunction(attempt, status);
          lastRetryAt = Math.max(lastRetryAt, performance.now() + ms);
          return ms;
        },
      }),
    ],
    close: async (connection) => {
      isClosed = true;
      const ms = lastRetryAt - performance.now();
      if (ms > 0) await delay(ms + ROUNDING_MS);
      await connection.close();
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';

/** The client's only way to the time, so that a test can own it. */
export interface Clock {
  now(): Date;
  /** Resolves after `milliseconds`, or as soon as the signal is aborted; it never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    try {
      await sleep(milliseconds, undefined, { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

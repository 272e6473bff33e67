import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../activities/ports/clock.ts';
import type { World } from '../world/index.ts';

/** However fast the world goes: a loop that sleeps leaves this much of real time to everybody else. */
const SHORTEST_SLEEP_MS = 4;

/** The clock of the simulated world: everybody in it, the operator's machine included, goes by it. */
export function clockPort(world: World): Clock {
  return {
    now: () => new Date(world.now()),
    sleep: async (ms, signal) => {
      try {
        await delay(Math.max(SHORTEST_SLEEP_MS, ms / world.speed), undefined, { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

/** What the service counts of itself since it started. */
export interface Counters {
  readonly requests: Map<string, number>;
  refusedTokens: number;
  throttled: number;
  droppedListeners: number;
}

export function createCounters(): Counters {
  return { requests: new Map(), refusedTokens: 0, throttled: 0, droppedListeners: 0 };
}

/** Ours: a certificate made now is refused by a clock that is further behind; Kubernetes' own slack is five minutes as well. */
export const HARD_MS = 5 * 60_000;
/** Clocks of two machines with network time differ by less than a second; this is already a sign. */
export const SOFT_MS = 30_000;

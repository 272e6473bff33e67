/** Milliseconds; null if there is no timestamp or it cannot be read. */
export function ms(stamp: string | null | undefined): number | null {
  if (!stamp) return null;
  const value = Date.parse(stamp);
  return Number.isNaN(value) ? null : value;
}

/** The form that documents carry. */
export function iso(value: number | null): string | null {
  return value === null ? null : new Date(value).toISOString();
}

/** Gives the newest of some times, null when there is none. */
export function newest(...times: readonly (number | null)[]): number | null {
  return times.reduce<number | null>(
    (best, time) => (time !== null && (best === null || time > best) ? time : best),
    null,
  );
}

/** Gives the oldest of some times, null when there is none. */
export function oldest(...times: readonly (number | null)[]): number | null {
  return times.reduce<number | null>(
    (best, time) => (time !== null && (best === null || time < best) ? time : best),
    null,
  );
}

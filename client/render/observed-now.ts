import type { InstallProgress } from '../../model/progress.ts';
import type { StatusDocument } from '../../model/status.ts';

/**
 * Takes what was seen and the time on this machine, gives the time by which an appliance's own times are counted: the newest of
 * both. A simulated appliance has a clock of its own, which runs ahead: by ours all that it saw would have lasted "0s" for ever.
 */
export function presentOf(seen: Pick<InstallProgress, 'waits'> | Pick<StatusDocument, 'sources'>, now: Date): Date {
  const stamps = 'waits' in seen ? seen.waits.map(({ seenAt }) => seenAt) : seen.sources.map((one) => one.observedAt);
  const times = stamps.filter((stamp) => stamp !== null).map((stamp) => new Date(stamp).getTime());
  return new Date(Math.max(now.getTime(), ...times));
}

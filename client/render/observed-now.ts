import type { InstallProgress } from '../../model/progress.ts';
import type { StatusDocument } from '../../model/status.ts';

/**
 * The time by which an appliance's own times are counted: this machine's, or the newest that was seen. A simulated appliance has a
 * clock of its own, which runs ahead: by ours everything would have lasted "0s".
 */
export function presentOf(seen: Pick<InstallProgress, 'waits'> | Pick<StatusDocument, 'sources'>, now: Date): Date {
  const stamps = 'waits' in seen ? seen.waits.map(({ seenAt }) => seenAt) : seen.sources.map((one) => one.observedAt);
  const times = stamps.filter((stamp) => stamp !== null).map((stamp) => new Date(stamp).getTime());
  return new Date(Math.max(now.getTime(), ...times));
}

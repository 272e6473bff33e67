import type { ComponentStatus } from '../model/status.ts';
import { TIERS, type TierId, type TierStates } from '../model/tiers.ts';
import type { Finding } from './findings/finding.ts';
import { iso, ms, newest, oldest } from '../kubernetes/time.ts';

/** What tells since when a tier is as it is, where no earlier document does. */
export interface TierEvidence {
  readonly components: readonly ComponentStatus[];
  readonly findings: readonly Finding[];
}

/**
 * Since when each tier can have been so: a ready one since the last of its components became ready, a failed one
 * since the fault was first seen, one that is coming up since the tiers below it were ready. Null if nothing shows
 * it, or only a time in the future.
 */
export function evidentSince(
  tiers: TierStates,
  { components, findings }: TierEvidence,
  now: number,
): Readonly<Record<keyof TierStates, string | null>> {
  const cameUp = (ids: readonly TierId[]) =>
    newest(...components.filter(({ tier }) => ids.some((id) => id === tier)).map(({ since }) => ms(since)));
  const of = (id: TierId): number | null => {
    const { status, ready } = tiers[id];
    if (status === 'failed' || status === 'degraded')
      return oldest(...findings.filter(({ tier }) => tier === id).map(({ since }) => since));
    if (ready) return cameUp([id]);
    const below = TIERS.slice(0, TIERS.indexOf(id));
    return below.length > 0 && below.every((one) => tiers[one].ready) ? cameUp(below) : null;
  };
  const told = (time: number | null) => (time !== null && time <= now ? iso(time) : null);
  return {
    platform: told(of('platform')),
    core: told(of('core')),
    bootstrap: told(of('bootstrap')),
    login: told(of('login')),
    background: told(of('background')),
    fullHealth: told(tiers.fullHealth.ready ? cameUp(TIERS) : null),
  };
}

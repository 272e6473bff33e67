import { describe, expect, it } from 'vitest';
import { statusOf } from '../../status/index.ts';
import { TIERS, type TierId, type TierState, unknownTiers } from '../../model/tiers.ts';
import { completed } from '../client/support/progress.ts';

const now = new Date('2026-05-01T12:00:00Z');

/** The document of an appliance that only its install has seen: every tier ready but those that are named. */
function document(differ: Partial<Record<TierId, TierState['status']>>) {
  const nothing = { apiVersion: 'appliance.alga-psa/v1', kind: 'Snapshot', takenAt: now.toISOString() } as const;
  const tiers = unknownTiers();
  for (const tier of TIERS) {
    const status = differ[tier] ?? 'ready';
    tiers[tier] = { ready: status === 'ready', status, since: null };
  }
  const install = { progress: completed({ tiers }), unread: null, failing: null, isOnlyEye: true };
  return statusOf({ cluster: nothing, install, now, previous: null }).rollup;
}

describe('what an install says of an appliance that only it has seen', () => {
  it('is fully healthy when every tier is', () => {
    expect(document({}).state).toBe('fully_healthy');
  });

  it.each(['failed', 'degraded'] as const)('is no health over a platform that is %s', (status) => {
    expect(document({ platform: status })).toMatchObject({
      state: 'ready_with_background_issues',
      message: 'People can log in. Check: Platform.',
    });
  });

  it('names what is still coming up, whichever tier it is', () => {
    expect(document({ platform: 'progressing', background: 'pending' })).toEqual({
      state: 'ready_to_log_in',
      message: 'People can log in. Still coming up: Platform, Background services.',
      nextAction: null,
    });
  });

  it('takes what nobody saw for unknown, not for healthy', () => {
    expect(document({ platform: 'unknown' })).toMatchObject({
      state: 'ready_to_log_in',
      message: 'People can log in. The state of everything else is unknown from this machine.',
    });
  });
});

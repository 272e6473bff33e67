import { z } from 'zod';
import { kept, open } from './objects.ts';
import type { Open } from './objects.ts';

/** The tiers in the order in which they come up. `fullHealth` sums up all of them. */
export const TIERS = ['platform', 'core', 'bootstrap', 'login', 'background'] as const;
export const tierId = z.enum(TIERS);
export type TierId = z.infer<typeof tierId>;
export const openTierId = open(TIERS);

export const TIER_TITLES: Record<TierId, string> = {
  platform: 'Platform',
  core: 'Core services',
  bootstrap: 'Database setup',
  login: 'Login',
  background: 'Background services',
};

/** The tier's title; a tier of a newer client is shown by its id. */
export function tierTitle(tier: Open<TierId>): string {
  const titles: Readonly<Record<string, string | undefined>> = TIER_TITLES;
  return titles[tier] ?? tier;
}

/** `since` is when the present status was first seen. A tier that could not be checked is `unknown`, never healthy. */
export const tierState = kept({
  ready: z.boolean(),
  status: open(['unknown', 'pending', 'progressing', 'ready', 'degraded', 'failed']),
  since: z.iso.datetime().nullable(),
  message: z.string().optional(),
});
export type TierState = z.infer<typeof tierState>;

export const tierStates = kept({
  platform: tierState,
  core: tierState,
  bootstrap: tierState,
  login: tierState,
  background: tierState,
  fullHealth: tierState,
});
export type TierStates = z.infer<typeof tierStates>;

/** The tiers of an appliance of which nothing is known yet. */
export function unknownTiers(): TierStates {
  const unknown = (): TierState => ({ ready: false, status: 'unknown', since: null });
  return {
    platform: unknown(),
    core: unknown(),
    bootstrap: unknown(),
    login: unknown(),
    background: unknown(),
    fullHealth: unknown(),
  };
}

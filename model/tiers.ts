import { z } from 'zod';

/** The tiers in the order in which they come up. `fullHealth` is what all of them together say. */
export const TIERS = ['platform', 'core', 'bootstrap', 'login', 'background'] as const;
export const tierId = z.enum(TIERS);
export type TierId = z.infer<typeof tierId>;

export const TIER_TITLES: Record<TierId, string> = {
  platform: 'Platform',
  core: 'Core services',
  bootstrap: 'Database setup',
  login: 'Login',
  background: 'Background services',
};

/** `since` is when the present status was first seen. A tier nobody could look at is `unknown`, never healthy. */
export const tierState = z.strictObject({
  ready: z.boolean(),
  status: z.enum(['unknown', 'pending', 'progressing', 'ready', 'degraded', 'failed']),
  since: z.iso.datetime().nullable(),
  message: z.string().optional(),
});
export type TierState = z.infer<typeof tierState>;

export const tierStates = z.strictObject({
  platform: tierState,
  core: tierState,
  bootstrap: tierState,
  login: tierState,
  background: tierState,
  fullHealth: tierState,
});
export type TierStates = z.infer<typeof tierStates>;

/** Takes nothing, gives the tiers of an appliance of which nothing is known yet. */
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

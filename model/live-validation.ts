import { z } from 'zod';
import validated from '../validated.json' with { type: 'json' };
import { API_VERSION } from './appliance.ts';

/** What was tried on real systems, what was not, and when that was last recorded. For people, in plain sentences. */
const liveValidation = z.object({
  asOf: z.iso.date(),
  validated: z.array(z.string().min(1).max(300)).max(20),
  notValidated: z.array(z.string().min(1).max(300)).max(20),
});
export type LiveValidation = z.infer<typeof liveValidation>;

/** As an older writer's document has it: not at all. */
export const liveValidated = liveValidation.optional();

/** The contents of `validated.json`, which the product ships: a person updates it after trying something live. */
export const LIVE_VALIDATED: LiveValidation = liveValidation
  .extend({ apiVersion: z.literal(API_VERSION), kind: z.literal('LiveValidation') })
  .transform(({ asOf, validated: done, notValidated }) => ({ asOf, validated: done, notValidated }))
  .parse(validated);

import { z } from 'zod';

/**
 * The value of a payload that is not ours, instead of its content: no schema of ours accepts it as data. An exception of the codec would
 * stop an install with no end in sight; this is a value, and its receiver decides what it means there (docs/decisions.md, D50).
 */
const refused = z.strictObject({ $refused: z.string() });
export type Refused = z.infer<typeof refused>;

/** Type of the failure with which a workflow ends, or an update is rejected, whose argument is not ours. */
export const REFUSED_FAILURE = 'Refused';

/** Type that a failure of an activity is given when it is not ours: the attempt is lost, and the failure's contents are ignored. */
export const FOREIGN_FAILURE = 'Foreign';

export function refusedValue(why: string): Refused {
  return { $refused: why };
}

/** Why a decoded value was refused; null for one that was not. */
export function whyRefused(value: unknown): string | null {
  return refused.safeParse(value).data?.$refused ?? null;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { snapshot } from '../../../model/snapshot.ts';

/** A whole appliance as a public report shows it: what the report does not show is absent, which means unknown. */
export const applianceCase = z.object({
  source: z.object({ url: z.url(), title: z.string(), saw: z.string() }),
  snapshot,
  expected: z.object({
    /** The state, or every state that would be right. */
    rollup: z.union([z.string(), z.array(z.string())]),
    /** The code that comes first; null: no blocker but those of `alsoAllowed`. */
    first: z.string().nullable(),
    /** Codes that are as right in the first place. */
    firstOr: z.array(z.string()).default([]),
    alsoAllowed: z.array(z.string()),
    /** Codes that would mislead, wherever they stand. */
    never: z.array(z.string()),
    /** Each stands in the reason or the evidence of the first blocker. */
    says: z.array(z.string()),
    /** None stands in the reason, or in the line that is quoted first. */
    saysNot: z.array(z.string()).default([]),
    /** Words that no next action contains. */
    adviceNot: z.array(z.string()).default([]),
    /** The most blockers: 1 where one cause has many victims. */
    count: z.int().optional(),
    /** Of the first blocker; of every one where none is expected. */
    loginBlocking: z.boolean(),
  }),
  why: z.string(),
});
export type ApplianceCase = z.infer<typeof applianceCase>;

/** Reads every case of a folder, by its name without `.json`. */
export function casesIn(folder: string): readonly (readonly [string, ApplianceCase])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => [
      name.replace(/\.json$/, ''),
      applianceCase.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
    ]);
}

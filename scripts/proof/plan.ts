import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cell } from './cells.ts';
import type { Cell } from './cells.ts';

/** The input of a proof's worker, and what it leaves behind, in the folder that all operators share. */
const PLAN_FILE = 'proof-plan.json';
const LOG_FILE = 'proof-log.jsonl';

const plan = z.strictObject({
  speed: z.number(),
  /** The workflows' bundle. */
  bundle: z.string(),
  cells: z.array(cell),
  /** Steps of which it is known that they write. */
  writers: z.array(z.string()),
});
export type Plan = z.infer<typeof plan>;

const entry = z.discriminatedUnion('kind', [
  /** Somebody is killed, and this was so just before: digests of what is made once, by its name. */
  z.strictObject({ kind: z.literal('strike'), cell, made: z.record(z.string(), z.string()) }),
  /** The other side has done this, once more. */
  z.strictObject({ kind: z.literal('effect'), step: z.string(), effect: z.string() }),
  /** Another operator has taken the site over after that strike. */
  z.strictObject({ kind: z.literal('taken'), cell, wrong: z.string().nullable() }),
]);
export type Entry = z.infer<typeof entry>;

export const planFile = (root: string): string => join(root, PLAN_FILE);

export function readPlan(root: string): Plan {
  return plan.parse(JSON.parse(readFileSync(planFile(root), 'utf8')));
}

/** In the log at once: the writer may be killed next. */
export function note(root: string, one: Entry): void {
  appendFileSync(join(root, LOG_FILE), `${JSON.stringify(one)}\n`, { mode: 0o600 });
}

export function notes(root: string): Entry[] {
  const file = join(root, LOG_FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => entry.parse(JSON.parse(line)));
}

export function isSame(one: Cell, other: Cell): boolean {
  return one.step === other.step && one.moment === other.moment && one.victim === other.victim;
}

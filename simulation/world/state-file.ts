import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { WorldState } from './state.ts';

/** Enough to tell a world of this program from anything else; the rest of the file is our own writing. */
const header = z.looseObject({ format: z.literal(1), scenario: z.string(), playedTo: z.number() });

/**
 * Takes a path, gives the world that was written there; null when there is none, or one of another format. Throws when the
 * file is something else.
 */
export function readState(file: string): WorldState | null {
  if (!existsSync(file)) return null;
  const parsed = parseJson(file);
  return header.safeParse(parsed).success ? (parsed as WorldState) : null;
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`the simulated world in ${file} cannot be read; delete the file to begin a new one`, { cause });
  }
}

/** Writes the world beside the old one and renames it: a process that is killed meanwhile leaves one of the two whole. */
export function writeState(file: string, state: WorldState): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileAtomic.sync(file, JSON.stringify(state), { encoding: 'utf8', mode: 0o600, fsync: false });
}

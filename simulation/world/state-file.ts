import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { readRegularFileSync } from '../../system/read-file.ts';
import { writeWholeSync } from '../../system/write-file.ts';
import { readDocument, whyUnread } from '../../model/documents.ts';
import { SIMULATED_WORLD } from '../../model/records.ts';
import { DocumentUnreadableError } from '../../site-folder/documents.ts';
import type { WorldState } from './state.ts';

/** Null if the file does not exist or contains no world. Throws when the file is cut or of a newer client. */
export function readState(file: string): WorldState | null {
  if (!existsSync(file)) return null;
  const found = parseJson(file);
  const read = readDocument(SIMULATED_WORLD, found);
  if ('newer' in read) throw new DocumentUnreadableError(whyUnread(SIMULATED_WORLD, read, file));
  return 'value' in read ? (found as WorldState) : null;
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readRegularFileSync(file));
  } catch (cause) {
    throw new Error(`the simulated world in ${file} cannot be read; delete the file to begin a new one`, { cause });
  }
}

/** Writes the world beside the old one and renames it: a process that is killed meanwhile leaves one of the two whole. */
export function writeState(file: string, state: WorldState): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeWholeSync(file, JSON.stringify(state), { mode: 0o600 });
}

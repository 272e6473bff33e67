import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the client of commit 90c30a0 wrote; its README says how. A later client reads all of it. */
export const PAST = join(import.meta.dirname, '../fixtures/90c30a0');

/** A JSON file that a past client wrote, parsed. */
export async function pastDocument(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(PAST, name), 'utf8'));
}

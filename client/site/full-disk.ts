import { statfs } from 'node:fs/promises';

/** With less than this no database writes. */
const LEAST_BYTES = 1_000_000;

/**
 * Takes the folder of all sites, gives the sentence to tell when its disk is full, else null: a local Temporal server with a full
 * disk neither answers nor says why.
 */
export async function whyNoSpace(home: string): Promise<string | null> {
  // A folder that is not there says nothing about a disk.
  const space = await statfs(home).catch(() => null);
  if (space === null || space.bavail * space.bsize >= LEAST_BYTES) return null;
  return `The disk that holds ${home} is full. Free some space: the install then goes on by itself.`;
}

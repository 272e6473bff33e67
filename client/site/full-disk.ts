import { statfs } from 'node:fs/promises';

/** With less than this a database cannot write. */
const LEAST_BYTES = 1_000_000;

/**
 * The sentence to show when the disk of that folder is full, else null: a local Temporal server with a full disk neither answers nor
 * says why.
 */
export async function whyNoSpace(home: string): Promise<string | null> {
  // A missing folder says nothing about a disk.
  const space = await statfs(home).catch(() => null);
  if (space === null || space.bavail * space.bsize >= LEAST_BYTES) return null;
  return `The disk that holds ${home} is full. Free some space: the install then continues automatically.`;
}

import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheKeys } from './look.ts';
import { thisPlatform } from './program.ts';
import { programs } from './programs.ts';

/**
 * Removes from the cache every version that the table does not name, and what killed processes left. Programs that a
 * build is under way for are left alone.
 * @returns the folders that were removed
 */
export async function prune(root: string): Promise<string[]> {
  const platform = thisPlatform();
  if (platform === undefined) return [];
  const kept = new Set((await Promise.all(programs.map((program) => cacheKeys(program, platform)))).flat());
  const removed: string[] = [];
  for (const { id } of programs) {
    const entries = await readdir(path.join(root, id)).catch((): string[] => []);
    if (entries.some((entry) => entry.endsWith('.lock'))) continue;
    for (const key of entries.map((entry) => path.join(id, entry)).filter((entry) => !kept.has(entry))) {
      await rm(path.join(root, key), { recursive: true, force: true });
      removed.push(path.join(root, key));
    }
  }
  return removed;
}

import { glob, link, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** As the registry of the distribution project lays them out; a blob never changes. */
const BLOBS = 'docker/registry/v2/blobs/*/*/*/data';

/** Has a registry's folder share with another one the blobs that both have (hard links): they take their room once. */
export async function shareBlobs(registry: string, other: string): Promise<void> {
  for await (const blob of glob(BLOBS, { cwd: registry })) {
    const shared = `${path.join(registry, blob)}.shared`;
    try {
      await link(path.join(other, blob), shared);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue; // the other one has it not
      throw error;
    }
    await rename(shared, path.join(registry, blob));
    // Two names of one file already: then a rename does nothing, and leaves both (rename(2)).
    await rm(shared, { force: true });
  }
}

import { constants, copyFile, open, rename, rm, stat } from 'node:fs/promises';
import type { PrivateFolder } from '../site-folder/index.ts';

/** A larger log is rotated. */
const MOST_BYTES = 8 * 1024 * 1024;
/** How many old logs are kept: `worker.log.1` is the newest. */
const KEPT = 3;

export const LOGS = { worker: 'worker.log', server: 'server.log', supervisor: 'supervisor.log' } as const;

/**
 * Rotates the large logs of this folder. Their writers continue in the same file, which they opened to append: it is copied and emptied. A
 * line that is written in between is lost.
 */
export async function rotateLogs(folder: PrivateFolder): Promise<void> {
  for (const name of Object.values(LOGS)) {
    const log = folder.path(name);
    const size = (await stat(log).catch(() => null))?.size ?? 0;
    if (size <= MOST_BYTES) continue;
    await rm(`${log}.${KEPT}`, { force: true });
    for (let old = KEPT - 1; old >= 1; old -= 1)
      await rename(`${log}.${old}`, `${log}.${old + 1}`).catch(() => undefined);
    await copyFile(log, `${log}.1`, constants.COPYFILE_FICLONE);
    const writable = await open(log, 'r+', 0o600);
    try {
      await writable.truncate(0);
    } finally {
      await writable.close();
    }
    await folder.protect(`${name}.1`);
  }
}

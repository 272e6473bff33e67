import { mkdir, open, rm, statfs, watch } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

/** While a file of this name lies in the lab's folder, the node's disk for pods is full. */
export const DISK_FULL = 'disk-full';

const DISK = '/var/lib/kubelet';
const BALLAST = path.join(DISK, 'ballast');
/** Enough for what pods write beside their volumes, and soon full. */
const SIZE = '256m';
const CHUNK = Buffer.alloc(1_048_576);

/** Gives the kubelet a disk of its own. What a node holds beside volumes and images does not survive its boot. */
export async function mountDisk(): Promise<void> {
  await mkdir(DISK, { recursive: true });
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=755`, 'kubelet', DISK], { timeout: 5_000 });
}

/** Fills the disk and empties it again as the file in the lab's folder comes and goes, until the signal. */
export async function playDisk(lab: string, signal: AbortSignal): Promise<void> {
  await play(lab);
  for await (const { filename } of watch(lab, { signal })) if (filename === DISK_FULL) await play(lab);
}

async function play(lab: string): Promise<void> {
  if (!existsSync(path.join(lab, DISK_FULL))) return rm(BALLAST, { force: true });
  const ballast = await open(BALLAST, 'a');
  try {
    // Two chunks are left, less than the kubelet wants.
    for (let { bavail, bsize } = await statfs(DISK); bavail * bsize > 2 * CHUNK.length;) {
      await ballast.appendFile(CHUNK);
      ({ bavail, bsize } = await statfs(DISK));
    }
  } finally {
    await ballast.close();
  }
}

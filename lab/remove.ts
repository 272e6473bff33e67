import { readFile, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { namespaceOf, removeNetwork } from './network/namespace.ts';
import { programPath } from './parts/programs.ts';
import { folderOf, operatorFolder } from './place.ts';

const PATIENCE_MS = 20_000;

/**
 * Removes everything of a lab, however it ended: processes, mounts, network, cgroups, folder. Nothing happens where nothing is
 * left. The node's first process takes all others and every mount with it, so that few things have to be looked for.
 */
export async function removeLab(name: string): Promise<void> {
  const folder = folderOf(name);
  await endOperatorProcesses(name);
  await endProcesses(name);
  await removeMounts(folder);
  await removeNetwork(name);
  await removeCgroups(namespaceOf(name));
  await rm(folder, { recursive: true, force: true });
}

/** The demonstration's worker and Temporal server: their folder goes with the lab, and they are known by it. */
async function endOperatorProcesses(name: string): Promise<void> {
  const folder = operatorFolder(name);
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it has gone meanwhile
    if (words.split('\0').some((word) => word === folder || word.startsWith(`${folder}/`))) kill(pid);
  }
}

/** Everything of the node runs in the lab's network namespace, or in a process namespace that ends with a process in there. */
async function endProcesses(name: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const listed = await execa(await programPath('ip'), ['netns', 'pids', namespaceOf(name)], { reject: false });
    const pids = listed.failed
      ? []
      : listed.stdout
          .split('\n')
          .map(Number)
          .filter((pid) => pid > 1);
    if (pids.length === 0) return;
    if (Date.now() > deadline) throw new Error(`processes of the lab ${name} do not end: ${pids.join(', ')}`);
    for (const pid of pids) kill(pid);
    await delay(100);
  }
}

/** Ends a process at once; one that has gone is no fault. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** There should be none in this namespace; a folder is never removed through a mount. */
async function removeMounts(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  const ours = mounts.filter((mount) => mount.startsWith(`${folder}/`));
  for (const mount of ours.toReversed()) await execa('umount', ['--lazy', mount], { timeout: 10_000 });
}

async function removeCgroups(cgroup: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  const deadline = Date.now() + PATIENCE_MS;
  for (const hierarchy of ['.', ...(await readdir(root))])
    await removeTree(path.join(root, hierarchy, cgroup), deadline);
}

async function removeTree(folder: string, deadline: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null); // not there
  if (entries === null) return;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(path.join(folder, entry.name), deadline);
  for (;;) {
    try {
      return await rmdir(folder);
    } catch (error) {
      // The last process in it is still on its way out.
      if (Date.now() > deadline) throw error;
    }
    await delay(100);
  }
}

import { readFile, readdir } from 'node:fs/promises';

/**
 * The memory of a process and of everything that it started, in bytes. Shared memory is counted once
 * (PSS, from /proc/<pid>/smaps_rollup).
 */
export async function memoryBelow(root: number): Promise<number> {
  const parents = await Promise.all((await readdir('/proc')).map(Number).filter(Boolean).map(parentOf));
  const members = new Set([root]);
  // A process has a higher number than its parent nearly always; the passes are for those that do not.
  for (let before = 0; before < members.size;) {
    before = members.size;
    for (const [pid, parent] of parents) if (members.has(parent)) members.add(pid);
  }
  const sizes = await Promise.all([...members].map(proportionalSize));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function parentOf(pid: number): Promise<[number, number]> {
  const stat = await text(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything.
  return [pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])];
}

async function proportionalSize(pid: number): Promise<number> {
  const match = /^Pss:\s+(\d+) kB$/m.exec(await text(`/proc/${pid}/smaps_rollup`));
  return Number(match?.[1] ?? 0) * 1024;
}

/** Empty for a process that has gone meanwhile. */
function text(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

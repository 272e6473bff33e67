import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const SUPERVISOR = path.join(import.meta.dirname, '..', 'supervisor.ts');

/** The process that runs a lab, or is about to; or null. Found by its command line, which also finds an aborted `up`. */
export async function supervisorOf(name: string): Promise<number | null> {
  for (const pid of await readdir('/proc')) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // no process, or one that has gone
    const [, script = '', lab] = text.split('\0');
    if (script.endsWith('/lab/supervisor.ts') && lab === name) return Number(pid);
  }
  return null;
}

/** The log of that process. Outside the lab's folder, because it also says why no lab was started. */
export function logOf(name: string): string {
  return path.join(tmpdir(), `appliance-lab-${name}.log`);
}

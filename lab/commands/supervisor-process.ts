import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const SUPERVISOR = path.join(import.meta.dirname, '..', 'supervisor.ts');

/** The process that holds a lab up, or is about to; or null. Looked for by its words, so that an `up` that was given up is found. */
export async function supervisorOf(name: string): Promise<number | null> {
  for (const pid of await readdir('/proc')) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // no process, or one that has gone
    const [, script = '', lab] = text.split('\0');
    if (script.endsWith('/lab/supervisor.ts') && lab === name) return Number(pid);
  }
  return null;
}

/** What that process says. Outside the lab's folder: it also tells why there is no lab. */
export function logOf(name: string): string {
  return path.join(tmpdir(), `appliance-lab-${name}.log`);
}

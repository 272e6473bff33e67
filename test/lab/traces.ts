import { existsSync } from 'node:fs';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { LabRecord } from '../../lab/place.ts';
import { LABS } from '../../lab/place.ts';

/** By what a lab can be recognised on this machine, also when its folder is gone. */
export interface LabMarks {
  readonly name: string;
  /** Of its addresses: `198.18.7.`. */
  readonly prefix: string;
  /** Its network namespace, as /proc tells it of a process inside. */
  readonly networkNamespace: string;
}

export async function marksOf({ name, nodeAddress }: LabRecord): Promise<LabMarks> {
  const { stdout } = await execa('ip', ['netns', 'exec', `appliance-lab-${name}`, 'readlink', '/proc/self/ns/net']);
  return { name, prefix: nodeAddress.replace(/\d+$/, ''), networkNamespace: stdout };
}

/** Everything on this machine that is of the lab: processes, mounts, network, cgroups, folders; none when it was never here. */
export async function tracesOf({ name, prefix, networkNamespace }: LabMarks): Promise<string[]> {
  const folder = path.join(LABS, name);
  const log = path.join(tmpdir(), `appliance-lab-${name}.log`);
  const [mounts, namespaces, addresses, routes, cgroups] = await Promise.all([
    readFile('/proc/self/mounts', 'utf8'),
    lines('ip', 'netns', 'list'),
    lines('ip', '-o', 'address'),
    lines('ip', 'route'),
    lines('find', '/sys/fs/cgroup', '-maxdepth', '3', '-name', `appliance-lab-${name}*`),
  ]);
  return [
    ...(await processes(folder, networkNamespace)),
    ...mounts.split('\n').filter((line) => line.includes(`${folder}/`) || line.includes(`appliance-lab-${name}`)),
    ...namespaces.filter((line) => line.split(' ')[0] === `appliance-lab-${name}`),
    ...[...addresses, ...routes].filter((line) => line.includes(` ${prefix}`)),
    ...cgroups,
    ...[folder, log].filter((file) => existsSync(file)),
  ];
}

/** Processes that run in the lab's network, or that its folder is told to. */
async function processes(folder: string, networkNamespace: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A process may end while it is looked at.
    const network = await readlink(`/proc/${pid}/ns/net`).catch(() => '');
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const command = words.replaceAll('\0', ' ').trim();
    const isSupervisor = command.includes('supervisor.ts') && words.split('\0').includes(path.basename(folder));
    if (network === networkNamespace || isSupervisor || command.includes(`${folder}/`))
      found.push(`process ${pid} ${command}`);
  }
  return found;
}

/** Ids of the processes among the traces. */
export function processIds(traces: readonly string[]): number[] {
  return traces.flatMap((trace) => /^process (\d+) /.exec(trace)?.[1] ?? []).map(Number);
}

async function lines(file: string, ...words: readonly string[]): Promise<string[]> {
  // Cgroups come and go while `find` walks.
  const { stdout } = await execa(file, words, { reject: false, timeout: 20_000 });
  return stdout.split('\n').filter((line) => line !== '');
}

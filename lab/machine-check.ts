import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { titleOf } from '../tools/program.ts';
import { programsFor } from '../tools/programs.ts';
import { resolve } from '../tools/resolve.ts';
import { ProgramMissingError } from '../tools/missing.ts';
import { LABS } from './place.ts';

/** Says why no lab can be on this machine at all, or null where one can. */
export function unfit(): string | null {
  if (process.platform !== 'linux') return `the lab runs real Linux containers, and this is ${process.platform}.`;
  if (process.getuid?.() !== 0) return 'the lab makes networks, mounts and containers, which needs root (`sudo`).';
  return null;
}

/** What the volumes, images and logs of a whole appliance take, a heavy image included. */
const ROOM_BYTES = 5e9;

/** Says why there is no room for what a lab writes below a folder, or null where there is. The folder need not be there yet. */
export async function whyNoRoom(folder: string, needed = ROOM_BYTES): Promise<string | null> {
  if (!existsSync(folder)) return whyNoRoom(path.dirname(folder), needed);
  const { bavail, bsize } = await statfs(folder);
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  if (bavail * bsize >= needed) return null;
  return `a lab needs ${gigabytes(needed)} of disk, and ${gigabytes(bavail * bsize)} are free at ${folder}.`;
}

/** Says why this root may not do what a lab needs, as in a container without privileges, or null where it may. */
export async function whyNoContainers(): Promise<string | null> {
  const tried = await execa('unshare', ['--mount', '--net', '--pid', '--fork', 'true'], {
    reject: false,
    timeout: 5_000,
  });
  if (tried.failed) {
    const why = tried.stderr || tried.shortMessage;
    return `the lab makes namespaces of its own, which root may not here (${why}): is this a container without privileges?`;
  }
  const [memory] = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].filter((folder) => existsSync(folder));
  const writable = await access(memory ?? '/sys/fs/cgroup', constants.W_OK).then(
    () => true,
    () => false,
  );
  return writable ? null : 'the lab makes cgroups of its own, and /sys/fs/cgroup cannot be written here.';
}

/** Says why no lab can be on this machine, or null where one can as soon as its programs are there; changes nothing. */
export async function whyNoLab(): Promise<string | null> {
  return unfit() ?? (await whyNoContainers()) ?? (await whyNoRoom(LABS));
}

/** Why no lab can start within a minute or two on this machine, or null. Only checks, changes nothing. */
export async function whyNot(): Promise<string | null> {
  const reason = await whyNoLab();
  if (reason !== null) return reason;
  const missing = [];
  for (const program of programsFor(['lab'])) {
    try {
      await resolve(program, { make: false });
    } catch (error) {
      if (!(error instanceof ProgramMissingError)) throw error;
      missing.push(program);
    }
  }
  if (missing.length === 0) return null;
  const minutes = Math.ceil(missing.reduce((sum, program) => sum + program.minutes, 0));
  return `it takes ${missing.map(titleOf).join(', ')}; \`npm run tools -- --for lab\` obtains them, in up to ${minutes} minutes.`;
}

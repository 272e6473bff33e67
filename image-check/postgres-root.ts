import { chown, lstat, mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { mount, startApart } from './apart.ts';
import type { PostgresPlace } from './postgres.ts';

/** What of this machine a server needs to run, read-only: its programs and libraries, and nothing that anybody keeps there. */
const SYSTEM = ['usr/bin', 'usr/lib', 'usr/lib64', 'usr/share'];
/** Links into those on today's Debian. */
const OLD = ['bin', 'lib', 'lib64'];
/** Made by the root user, and the server's own; the only one that it may write to lies on this machine's disk. */
const OWN = 'srv/postgres';
/** Where user ids are looked for that nobody on this machine has: Debian gives out none of these (policy manual, 9.2.2). */
const FREE_IDS = { from: 64_000, to: 60_000 };

/**
 * A root for Postgres alone. Whoever has the superuser's password has a shell there (COPY … TO PROGRAM) and reads files
 * (pg_read_file): so there is nothing in it of this machine but read-only programs, and the server is nobody's user, without
 * capabilities. Only for a mount namespace of its own, as image-check/inside.ts has.
 * @param others user ids that are taken by other programs of the check
 */
export async function postgresRoot(work: string, others: readonly number[]): Promise<PostgresPlace> {
  const at = path.join(work, 'postgres');
  const user = await freeId(others);
  await mkdir(at, { mode: 0o755 });
  for (const folder of [...SYSTEM, 'proc', 'dev/shm', 'etc', 'tmp', OWN])
    await mkdir(path.join(at, folder), { recursive: true, mode: 0o755 });
  // Which of them there are depends on the machine's architecture.
  const seen = (folder: string) => lstat(folder).catch(() => null);
  for (const folder of SYSTEM) if (await seen(`/${folder}`)) await readOnly(`/${folder}`, at, folder);
  for (const name of OLD) {
    const there = await seen(`/${name}`);
    if (there?.isSymbolicLink()) await symlink(await readlink(`/${name}`), path.join(at, name));
    else if (there) {
      await mkdir(path.join(at, name));
      await readOnly(`/${name}`, at, name);
    }
  }
  for (const [folder, size] of [
    ['tmp', '64m'],
    ['dev/shm', '256m'],
  ] as const)
    await mount(['-t', 'tmpfs', '-o', `mode=1777,nosuid,nodev,size=${size}`, 'tmpfs', path.join(at, folder)]);
  for (const device of ['null', 'zero', 'random', 'urandom']) {
    await writeFile(path.join(at, 'dev', device), '');
    await mount(['--bind', `/dev/${device}`, path.join(at, 'dev', device)]);
  }
  await writeFile(path.join(at, 'etc/passwd'), `postgres:x:${user}:${user}::/${OWN}:/bin/sh\n`);
  await writeFile(path.join(at, 'etc/group'), `postgres:x:${user}:\n`);
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  return {
    folder: path.join(at, OWN),
    inside: (file) => `/${path.relative(at, file)}`,
    hand: (file) => chown(file, user, user),
    start: (command, options) => startApart(at, user, command, { cwd: `/${OWN}`, env, ...options }),
  };
}

async function readOnly(from: string, at: string, name: string): Promise<void> {
  const to = path.join(at, name);
  await mount(['--bind', from, to]);
  await mount(['-o', 'remount,bind,ro,nosuid,nodev', to]);
}

async function freeId(others: readonly number[]): Promise<number> {
  for (let id = FREE_IDS.from; id > FREE_IDS.to; id -= 1) {
    if (others.includes(id)) continue;
    const names = await Promise.all(
      ['passwd', 'group'].map((table) => execa('getent', [table, String(id)], { reject: false, timeout: 10_000 })),
    );
    if (names.every(({ exitCode }) => exitCode === 2)) return id;
  }
  throw new Error(`no free user id between ${FREE_IDS.to} and ${FREE_IDS.from} on this machine`);
}

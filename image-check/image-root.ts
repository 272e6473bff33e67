import { access, chmod, lstat, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { mount, startApart, type Apart, type StartOptions } from './apart.ts';

const NODES = ['usr/local/bin/node', 'usr/bin/node'];
/** Names of the appliance's Services, which are this machine's own address while an image is checked. */
const HOSTS = [
  'localhost',
  'db',
  'redis',
  'pgbouncer',
  'temporal-frontend.msp.svc.cluster.local',
  'alga-core-sebastian.msp.svc.cluster.local',
];
/** Where the preload writes, inside the root. */
export const READS = 'run/check-image/reads';
export const PRELOAD = 'opt/check-image/preload.cjs';
export const BOOTSTRAP = 'opt/bootstrap';
export const TERMINATION_LOG = 'dev/termination-log';

/** A folder that cannot be checked, in words for a person. */
export class NoImageRoot extends Error {}

/**
 * Refuses a folder that is no unpacked root of an image with Node in it. Gives the folder's own path, and that of Node inside.
 * @throws NoImageRoot
 */
export async function examine(folder: string): Promise<{ folder: string; node: string }> {
  const root = path.resolve(folder);
  const there = await stat(root).catch((error: NodeJS.ErrnoException) => {
    throw new NoImageRoot(`${root}: ${error.code === 'ENOENT' ? 'does not exist' : error.message}`);
  });
  if (!there.isDirectory())
    throw new NoImageRoot(`${root} is not a folder: unpack the image, and give the folder that contains its root`);
  await access(root, constants.R_OK | constants.X_OK).catch((error: Error) => {
    throw new NoImageRoot(`${root} cannot be read by this user: ${error.message}`);
  });
  const entries = await readdir(root);
  if (entries.includes('manifest.json') || entries.includes('oci-layout')) {
    throw new NoImageRoot(
      `${root} is a saved image in layers: unpack its root file system (export a container, not the image)`,
    );
  }
  if (!entries.includes('app'))
    throw new NoImageRoot(`${root} is not the root of one of the vendor's images: it has no folder app`);
  for (const node of NODES) {
    const found = await stat(path.join(root, node)).catch(() => null); // in another place, or in none
    if (found?.isFile() && (found.mode & 0o111) !== 0) return { folder: root, node: `/${node}` };
  }
  throw new NoImageRoot(
    `${root} has no Node (${NODES.map((each) => `/${each}`).join(', ')}): the image's programs run with its own`,
  );
}

/** An image's root, mounted so that what runs in it changes nothing in the folder. */
export interface ImageRoot {
  /** What a program wrote last into one of the files that are there for that; nothing else in the root is ever read. */
  written(file: typeof READS | typeof TERMINATION_LOG): Promise<string>;
  /** Starts a program in it, alone: no network but this machine's own, no privileges, its own processes. */
  start(command: readonly string[], options: StartOptions): Apart;
}

/**
 * Mounts the folder under one that is thrown away. Only for a mount namespace of its own, as image-check/inside.ts has.
 * @param files more files in the root, by their path there
 */
export async function mountRoot(options: {
  folder: string;
  work: string;
  user: number;
  files: Readonly<Record<string, string>>;
}): Promise<ImageRoot> {
  const { folder, work, user, files } = options;
  const [layers, lower, at] = [path.join(work, 'layers'), path.join(work, 'lower'), path.join(work, 'root')];
  for (const made of [layers, lower, at]) await mkdir(made);
  await mount(['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', layers]);
  for (const made of ['upper', 'scratch']) await mkdir(path.join(layers, made));
  // Options are split at commas and colons, which a folder's name may have: so there are none but these names.
  await mount(['--bind', folder, lower]);
  const folders = 'lowerdir=lower,upperdir=layers/upper,workdir=layers/scratch';
  await mount(['-t', 'overlay', '-o', `nosuid,${folders}`, 'overlay', at], work);
  await chmod(at, 0o755);
  for (const name of ['proc', 'dev', 'tmp']) await makeFolder(at, name);
  await mount(['-t', 'tmpfs', '-o', 'mode=1777,nosuid,nodev', 'tmpfs', path.join(at, 'tmp')]);
  await mount(['-t', 'tmpfs', '-o', 'mode=0755,nosuid', 'tmpfs', path.join(at, 'dev')]);
  for (const device of ['null', 'zero', 'full', 'random', 'urandom']) {
    await writeFile(path.join(at, 'dev', device), '');
    await mount(['--bind', `/dev/${device}`, path.join(at, 'dev', device)]);
  }
  await place(at, 'etc/hosts', `127.0.0.1 ${HOSTS.join(' ')}\n`);
  await place(at, PRELOAD, await readFile(path.join(import.meta.dirname, 'preload.cjs'), 'utf8'));
  for (const [name, text] of Object.entries(files)) await place(at, name, text);
  const [reads, message] = [await placeOpen(at, READS), await placeOpen(at, TERMINATION_LOG)];
  return {
    written: (file) => beginningOf(file === READS ? reads : message),
    start: (command, how) => startApart(at, user, command, how),
  };
}

/** Makes a folder in the root. A link on the way could lead out of it, so there may be none. */
async function makeFolder(at: string, name: string): Promise<void> {
  let folder = at;
  for (const part of name.split('/')) {
    folder = path.join(folder, part);
    const there = await lstat(folder).catch(() => null); // not there yet
    if (there === null) await mkdir(folder, { mode: 0o755 });
    else if (!there.isDirectory())
      throw new NoImageRoot(`/${name} in the image is not a folder, or a link is on the path to it`);
  }
}

async function place(at: string, name: string, text: string): Promise<void> {
  await makeFolder(at, path.dirname(name));
  const file = path.join(at, name);
  await rm(file, { force: true, recursive: true });
  await writeFile(file, text, { flag: 'wx', mode: 0o644 });
}

/** A file that every program of the root may write to, open: one that is put in its place later is not read. */
async function placeOpen(at: string, name: string): Promise<FileHandle> {
  await place(at, name, '');
  const file = await open(path.join(at, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  await chmod(path.join(at, name), 0o666);
  return file;
}

/** Far more than a program reads variables, in lines. */
const MOST_BYTES = 4 * 1024 * 1024;

async function beginningOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, MOST_BYTES));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

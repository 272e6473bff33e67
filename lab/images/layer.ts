import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';

/** What is put into a layer, and where. */
export type Entry =
  /** A file or a folder of this machine, links followed. */
  | { readonly from: string; readonly to: string; readonly mode?: number; readonly except?: readonly string[] }
  /** A program with the shared libraries that it needs. */
  | { readonly program: string; readonly to?: string }
  | { readonly text: string; readonly to: string; readonly mode?: number }
  | { readonly link: string; readonly to: string }
  | { readonly folder: string; readonly mode?: number; readonly user?: number };

/** A layer as a file: a plain tar, since packing costs more than it saves between two programs of one machine. */
export interface Layer {
  readonly file: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Makes a layer of the entries, the same bytes for the same files. The file lies in `folder`, under its digest's name. */
export async function makeLayer(entries: readonly Entry[], folder: string): Promise<Layer> {
  const root = await mkdtemp(path.join(folder, 'rootfs-'));
  const tar = `${root}.tar`;
  try {
    await chmod(root, 0o755);
    for (const entry of entries) await place(entry, root);
    const order = [
      '--sort=name',
      '--mtime=@0',
      '--numeric-owner',
      '--format=posix',
      '--pax-option=delete=atime,delete=ctime',
    ];
    await execa('tar', ['-C', root, ...order, '-cf', tar, '.'], { timeout: 300_000 });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(tar), hash);
  return { file: tar, digest: `sha256:${hash.digest('hex')}`, size: (await stat(tar)).size };
}

async function place(entry: Entry, root: string): Promise<void> {
  if ('program' in entry) return placeProgram(entry.program, entry.to ?? entry.program, root);
  if ('folder' in entry) {
    const at = path.join(root, entry.folder);
    await mkdir(at, { recursive: true });
    await chmod(at, entry.mode ?? 0o755);
    if (entry.user !== undefined) await chown(at, entry.user, entry.user);
    return undefined;
  }
  const at = path.join(root, entry.to);
  await mkdir(path.dirname(at), { recursive: true });
  if ('link' in entry) return symlink(entry.link, at);
  if ('text' in entry) {
    await writeFile(at, entry.text);
    return chmod(at, entry.mode ?? 0o644);
  }
  const filter = (source: string): boolean => !isExcepted(entry, path.relative(entry.from, source));
  await cp(entry.from, at, { recursive: true, dereference: true, filter });
  if (entry.mode !== undefined) return chmod(at, entry.mode);
  // Who made the checkout may read it all; users in a container must, too.
  await execa('chmod', ['-R', 'u=rwX,go=rX', at], { timeout: 60_000 });
}

/** Says whether a file of a folder, by its path in there, is left out: itself, or with the folder that it lies in. */
export function isExcepted({ except = [] }: { readonly except?: readonly string[] }, file: string): boolean {
  return except.some((name) => file === name || file.startsWith(`${name}/`));
}

async function placeProgram(file: string, to: string, root: string): Promise<void> {
  await place({ from: file, to, mode: 0o755 }, root);
  for (const library of await librariesOf(file)) await place({ from: library, to: library }, root);
}

/** The libraries that the dynamic loader would take, the loader among them; none for a static program. */
export async function librariesOf(file: string): Promise<string[]> {
  const result = await execa('ldd', [file], { reject: false, timeout: 20_000 });
  return [...result.stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
}

import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { sealFolder } from './seal.ts';
import type { GoBuild, MavenBuild, Platform, Program } from './program.ts';

/** The project's root, seen from the sources as well as from a bundle in dist/: build folders are relative to it. */
export const projectRoot = findProjectRoot();

function findProjectRoot(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'tools', 'go'))) return folder;
  }
  return import.meta.dirname;
}

/**
 * The folder in which programs are kept between checkouts: APPLIANCE_TOOLS_CACHE, or `appliance-client/tools` in the
 * user's cache folder (XDG_CACHE_HOME, ~/.cache, on macOS ~/Library/Caches).
 */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['APPLIANCE_TOOLS_CACHE'];
  if (named !== undefined && named !== '') return path.resolve(named);
  const xdg = env['XDG_CACHE_HOME'];
  const home = env['HOME'] ?? homedir();
  // The XDG specification has relative paths ignored.
  const base =
    xdg !== undefined && path.isAbsolute(xdg)
      ? xdg
      : path.join(home, ...(process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']));
  return path.join(base, 'appliance-client', 'tools');
}

/** Where a downloaded program is kept: `<id>/<version>-<os>-<arch>`, relative to the cache. */
export function downloadKey(program: Program, platform: Platform): string {
  return path.join(program.id, `${program.version ?? 'any'}-${platform.os}-${platform.arch}`);
}

/**
 * Where a built program is kept: like a downloaded one, with a digest of all that it is built from, so that a changed
 * module or option is built again. Undefined if this copy of the project does not contain the build's folder.
 */
export async function buildKey(
  program: Program,
  build: GoBuild | MavenBuild,
  platform: Platform,
): Promise<string | undefined> {
  const hash = createHash('sha256').update(JSON.stringify(build));
  const folder = path.join(projectRoot, build.folder);
  if (!existsSync(folder)) return undefined;
  for (const file of await sourcesOf(folder)) {
    hash.update(`\0${file}\0`).update(await readFile(path.join(folder, file)));
  }
  return `${downloadKey(program, platform)}-${hash.digest('hex').slice(0, 12)}`;
}

async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('_test.go') && !entry.name.endsWith('.md'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

/**
 * Fills a cache folder in one step: `fill` works in a folder beside it, which is renamed when it is done. What a
 * process that died left there is never taken for a program; what was put there is written down with it.
 */
export async function publish(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const unfinished = `${target}.unfinished-${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    await fill(unfinished);
    await sealFolder(unfinished);
    // Only reached when the target held no program, or another one than was put there.
    await rm(target, { recursive: true, force: true });
    await rename(unfinished, target);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

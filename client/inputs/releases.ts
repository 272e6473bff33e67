import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readReleases } from '../../model/releases.ts';
import type { ReleaseCatalogue } from '../../model/releases.ts';
import { privateFolder } from '../../site-folder/index.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';

/** Takes the environment, gives the folder of releases: ALGA_APPLIANCE_RELEASES, else the one beside this client. */
export function releasesFolder(environment: NodeJS.ProcessEnv): string {
  return environment['ALGA_APPLIANCE_RELEASES'] || join(packageRoot(), 'releases');
}

/** No site can have this name: a site's name begins with a letter or digit. */
const IMPORTED = '.releases';

/** Takes the folder of all sites, gives that of the releases that were imported on this machine. */
export function importedFolder(home: string): PrivateFolder {
  return privateFolder(join(home, IMPORTED));
}

/** The name of an imported release's file in its folder. */
export function importedFile(version: string): string {
  return `${version}/release.json`;
}

/** Takes the environment and the folder of all sites, gives the releases of this client and those that were imported. */
export async function knownReleases(environment: NodeJS.ProcessEnv, home: string): Promise<ReleaseCatalogue> {
  const { root } = importedFolder(home);
  const [own, imported] = await Promise.all([
    filesIn(releasesFolder(environment), '*/*.json'),
    filesIn(root, '*/release.json'),
  ]);
  return readReleases(own, { folder: root, files: imported });
}

/** Takes a folder of releases, gives what it holds; one that is not there holds nothing. */
export async function loadReleases(folder: string): Promise<ReleaseCatalogue> {
  return readReleases(await filesIn(folder, '*/*.json'));
}

/** Takes a folder of releases, gives its manifests' text by path. */
export function releaseFiles(folder: string): Promise<Map<string, string>> {
  return filesIn(folder, '*/release.json');
}

async function filesIn(folder: string, pattern: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const name of glob(pattern, { cwd: folder })) {
    files.set(name, await readFile(join(folder, name), 'utf8'));
  }
  return files;
}

/** Gives the folder of the product, both from its sources and from the built file. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
    folder = dirname(folder);
  }
  return folder;
}

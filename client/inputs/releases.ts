import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readReleases } from '../../model/releases.ts';
import type { ReleaseCatalogue } from '../../model/releases.ts';
import { privateFolder } from '../../site-folder/index.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';

/** ALGA_APPLIANCE_RELEASES, else the releases beside this client. */
export function releasesFolder(environment: NodeJS.ProcessEnv): string {
  return environment['ALGA_APPLIANCE_RELEASES'] || join(packageRoot(), 'releases');
}

/** No site can have this name: a site's name starts with a letter or digit. */
const IMPORTED = '.releases';

/** The folder of the releases that were imported on this machine. */
export function importedFolder(home: string): PrivateFolder {
  return privateFolder(join(home, IMPORTED));
}

/** The name of an imported release's file in its folder. */
export function importedFile(version: string): string {
  return `${version}/release.json`;
}

/** The releases of this client and the imported ones. */
export async function knownReleases(environment: NodeJS.ProcessEnv, home: string): Promise<ReleaseCatalogue> {
  const { root } = importedFolder(home);
  const [own, imported] = await Promise.all([
    filesIn(releasesFolder(environment), '*/*.json'),
    filesIn(root, '*/release.json'),
  ]);
  return readReleases(own, { folder: root, files: imported });
}

/** The releases in a folder; none if it does not exist. */
export async function loadReleases(folder: string): Promise<ReleaseCatalogue> {
  return readReleases(await filesIn(folder, '*/*.json'));
}

/** The text of each manifest in a folder of releases, by path. */
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

/** The folder of the product, both from its sources and from the built file. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
    folder = dirname(folder);
  }
  return folder;
}

import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readReleases } from '../../model/releases.ts';
import type { ReleaseCatalogue } from '../../model/releases.ts';

/** Takes the environment, gives the folder of releases: ALGA_APPLIANCE_RELEASES, else the one beside this client. */
export function releasesFolder(environment: NodeJS.ProcessEnv): string {
  return environment['ALGA_APPLIANCE_RELEASES'] || join(packageRoot(), 'releases');
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

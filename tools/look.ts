import { constants } from 'node:fs';
import { access, glob, stat } from 'node:fs/promises';
import path from 'node:path';
import semver from 'semver';
import { buildKey, downloadKey } from './cache.ts';
import type { StepContext, StepOutcome } from './context.ts';
import { ProgramMissingError } from './missing.ts';
import type { Attempt } from './missing.ts';
import { variableOf } from './program.ts';
import type { Platform, Program } from './program.ts';
import { isSealed, sealFault, sealFolder, writableByOthers } from './seal.ts';
import { judge } from './version.ts';

/**
 * The file that the program's variable names. A person chose it, so one that will not do is refused, not passed over.
 * @throws ProgramMissingError when the variable names a file that cannot be used
 */
export async function fromVariable(program: Program, context: StepContext): Promise<StepOutcome> {
  const variable = variableOf(program);
  const named = context.env[variable];
  if (named === undefined || named === '') return { tried: [{ place: variable, reason: 'is not set' }] };
  const file = path.resolve(named);
  const verdict = (await isExecutable(file))
    ? await judge(program, file, context)
    : { ok: false as const, reason: 'is not an executable file' };
  if (verdict.ok) return { tried: [], found: { path: file, version: verdict.version, foundBy: 'variable' } };
  throw new ProgramMissingError(
    program,
    [{ place: `${variable}=${named}`, reason: verdict.reason }],
    [`set ${variable} to another file, or unset it: the program is then searched for on PATH and elsewhere`],
    'was not searched for: its variable names a file that cannot be used',
  );
}

/** The first file on PATH, or in the folders where the program usually lies, whose version will do. */
export async function fromPath(program: Program, context: StepContext): Promise<StepOutcome> {
  const tried: Attempt[] = [];
  for (const file of await candidates(program, context.env)) {
    if (program.versionCheck === undefined) {
      tried.push({ place: file, reason: 'does not report its version, so it is not used' });
      continue;
    }
    const verdict = await judge(program, file, context);
    if (verdict.ok) return { tried, found: { path: file, version: verdict.version, foundBy: 'path' } };
    tried.push({ place: file, reason: verdict.reason });
  }
  const places = [...(program.searchPath === false ? [] : ['PATH']), ...(program.folders ?? [])].join(', ');
  return { tried: tried.length > 0 ? tried : [{ place: places, reason: `no ${program.executable} found` }] };
}

async function candidates(program: Program, env: NodeJS.ProcessEnv): Promise<string[]> {
  const onPath =
    program.searchPath === false
      ? []
      : (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const found: string[] = [];
  for (const folder of [...onPath, ...(await expand(program.folders ?? []))]) {
    const file = path.join(folder, program.executable);
    if (!found.includes(file) && (await isExecutable(file))) found.push(file);
  }
  return found;
}

/** Folders for patterns; of several that match one pattern the newest version comes first. */
async function expand(patterns: readonly string[]): Promise<string[]> {
  const folders: string[] = [];
  for (const pattern of patterns) {
    const matches: string[] = [];
    for await (const match of glob(pattern)) matches.push(match);
    folders.push(...matches.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true })));
  }
  return folders;
}

/**
 * The program as an earlier download or build left it in the cache. One that is not what was put there is passed over, and made
 * again; one that another account may change is not run, and neither would be what is made in its place.
 * @throws ProgramMissingError for a cache that is not this account's alone
 */
export async function fromCache(program: Program, context: StepContext): Promise<StepOutcome> {
  if (context.platform === undefined || (program.download === undefined && program.build === undefined)) {
    return { tried: [] };
  }
  const place = `cache ${path.join(context.cacheRoot, program.id)}`;
  const refusal = ownVersionRefusal(program, context);
  if (refusal !== undefined) return { tried: [{ place, reason: refusal }] };
  for (const key of await cacheKeys(program, context.platform)) {
    const folder = path.join(context.cacheRoot, key);
    const file = path.join(folder, program.executable);
    if (!(await isExecutable(file))) continue;
    const fault = await cacheFault(program, folder, context);
    if (fault !== null) return { tried: [{ place, reason: fault }] };
    return { tried: [], found: { path: file, version: program.version, foundBy: 'cache' } };
  }
  return { tried: [{ place, reason: `does not hold ${program.version ?? 'it'} yet` }] };
}

/** What speaks against a program that lies in its cache folder; null when nothing does. Seals a folder of an earlier version. */
export async function cacheFault(program: Program, folder: string, { mayMake }: StepContext): Promise<string | null> {
  const open = await writableByOthers(path.join(folder, program.executable));
  if (open !== null)
    throw new ProgramMissingError(
      program,
      [{ place: `cache ${folder}`, reason: `another account can change ${open}` }],
      [
        `check the contents of ${open}, then make this account its owner and remove the write access of others`,
        'set APPLIANCE_TOOLS_CACHE to a folder that only this account can write',
      ],
      'does not run: another account may have changed it',
    );
  if (await isSealed(folder)) return sealFault(folder);
  if (mayMake) await sealFolder(folder);
  return null;
}

/** The cache folders in which the program may lie: downloaded, built. */
export async function cacheKeys(program: Program, platform: Platform): Promise<string[]> {
  const downloaded = program.download === undefined ? undefined : downloadKey(program, platform);
  const built = program.build === undefined ? undefined : await buildKey(program, program.build, platform);
  return [downloaded, built].filter((key) => key !== undefined);
}

/** Why the version that cache, download and build give is not the one that the caller asks for; undefined when it is. */
export function ownVersionRefusal(program: Program, context: StepContext): string | undefined {
  if (context.range === undefined || program.version === undefined) return undefined;
  if (semver.satisfies(program.version, context.range)) return undefined;
  return `provides version ${program.version}, but ${context.range} is required`;
}

/** True for a regular file that may be executed. */
export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    async () => (await stat(file)).isFile(),
    () => false,
  );
}

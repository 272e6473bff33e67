import { cacheRoot } from './cache.ts';
import type { Found, StepContext, StepOutcome } from './context.ts';
import { fromCache, fromPath, fromVariable } from './look.ts';
import { fromDownload } from './make/download.ts';
import { fromGoModule } from './make/go.ts';
import { fromMaven } from './make/maven.ts';
import { fromPackages } from './make/packages.ts';
import { ProgramMissingError, nextStepsFor } from './missing.ts';
import type { Attempt } from './missing.ts';
import { thisPlatform } from './program.ts';
import type { Platform, Program } from './program.ts';
import { programById } from './programs.ts';

export interface ResolveOptions {
  readonly signal?: AbortSignal;
  /** One line of progress for a person, without a line end: at least every ten seconds while something is made. */
  readonly onProgress?: (line: string) => void;
  /** False only searches (variable, PATH, cache): milliseconds, and nothing is changed. Default true. */
  readonly make?: boolean;
  /** True lets Debian packages be installed (root only). Default false: a person asks for that with `npm run tools`. */
  readonly installPackages?: boolean;
  /** A semver range demanded instead of the table's, such as the exact version that created a database file. */
  readonly range?: string;
  /** Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: this machine's. */
  readonly platform?: Platform;
}

/** A program that can be run, and how it was come by. */
export interface ResolvedProgram extends Found {
  readonly id: string;
  /** The places that were tried before, each with why not. */
  readonly tried: readonly Attempt[];
}

/** The way of a search, in the order of the product's promise. */
const LOOK = [fromVariable, fromPath, fromCache];
const MAKE = [fromDownload, fromBuild, fromPackages];

/**
 * Finds or makes a program of the table (programs.ts): variable, PATH, cache, official download with its checksum,
 * build from its Go module (or jars, or Debian packages).
 * @throws ProgramMissingError when it can be had nowhere, or when its variable names a file that will not do
 * @throws RangeError for an id that is not in the table
 * @throws the signal's reason when it aborts
 */
export async function resolveProgram(id: string, options: ResolveOptions = {}): Promise<ResolvedProgram> {
  return resolve(programById(id), options);
}

/** As resolveProgram, for a row of the table. */
export async function resolve(program: Program, options: ResolveOptions = {}): Promise<ResolvedProgram> {
  const env = options.env ?? process.env;
  const context: StepContext = {
    env,
    cacheRoot: cacheRoot(env),
    platform: options.platform ?? thisPlatform(),
    range: options.range,
    installPackages: options.installPackages === true,
    mayMake: options.make !== false,
    signal: options.signal,
    onProgress: options.onProgress,
  };
  const tried: Attempt[] = [];
  for (const step of options.make === false ? LOOK : [...LOOK, ...MAKE]) {
    options.signal?.throwIfAborted();
    const outcome = await step(program, context);
    tried.push(...outcome.tried);
    if (outcome.found !== undefined) return { id: program.id, ...outcome.found, tried };
  }
  throw new ProgramMissingError(program, tried, nextStepsFor(program, tried));
}

async function fromBuild(program: Program, context: StepContext): Promise<StepOutcome> {
  const { build } = program;
  if (build === undefined || context.platform === undefined) return { tried: [] };
  return build.kind === 'go'
    ? fromGoModule(program, build, context.platform, context)
    : fromMaven(program, build, context.platform, context);
}

// npm run tools: finds, downloads or builds the programs that the product, its tests or its lab need.
import { parseArgs } from 'node:util';
import { cacheRoot } from './cache.ts';
import { ProgramMissingError } from './missing.ts';
import { titleOf } from './program.ts';
import type { Group, Program } from './program.ts';
import { duration } from './progress.ts';
import { programById, programs, programsFor } from './programs.ts';
import { prune } from './prune.ts';
import { resolve } from './resolve.ts';
import type { ResolvedProgram, ResolveOptions } from './resolve.ts';

const GROUPS = ['client', 'tests', 'lab'] as const satisfies readonly Group[];

const USAGE = `Finds the programs that the client, its tests or its lab need, and downloads or builds the missing ones.

  node tools/install.ts [--for client|tests|lab]... [--check | --prune] [program...]

  --for GROUP   programs of this group; can be repeated. Default: client and tests
  --check       only list the available programs
  --prune       delete cached programs that this version of the project does not use
  program       only these programs, such as: talosctl temporal

Example: node tools/install.ts --for lab
Known programs: ${programs.map((program) => program.id).join(', ')}
`;

/** What a run of the installer needs from its surroundings. */
export interface InstallSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Installs one program after the other: two builds at once would only make both slower.
 * @returns the exit code: 0, 2 for wrong usage, 7 when a program is missing (each with its message on stderr)
 */
export async function install(argv: readonly string[], surroundings: InstallSurroundings): Promise<number> {
  const { write, writeError } = surroundings;
  let wanted: Wanted;
  try {
    wanted = parse(argv);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    writeError(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (wanted.help) {
    write(USAGE);
    return 0;
  }
  if (wanted.prune) {
    for (const folder of await prune(cacheRoot(surroundings.env))) write(`removed ${folder}\n`);
    return 0;
  }
  const missing = await lookFor(wanted.programs, surroundings);
  const minutes = missing.reduce((sum, program) => sum + program.minutes, 0);
  if (missing.length === 0) {
    write(`all ${wanted.programs.length} are available\n`);
    return 0;
  }
  if (wanted.check) {
    write(`${missing.length} of ${wanted.programs.length} missing: ${missing.map(titleOf).join(', ')}\n`);
    return 7;
  }
  const most = minutes > 0 ? `; about ${duration(minutes * 60_000)} if all have to be built` : '';
  write(`${missing.length} of ${wanted.programs.length} to get${most}\n`);
  return makeAll(missing, surroundings);
}

interface Wanted {
  readonly programs: readonly Program[];
  readonly check: boolean;
  readonly prune: boolean;
  readonly help: boolean;
}

function parse(argv: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      for: { type: 'string', multiple: true },
      check: { type: 'boolean', default: false },
      prune: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const groups = (values.for ?? []).map((name) => {
    const group = GROUPS.find((known) => known === name);
    if (group === undefined) throw new RangeError(`--for ${name}: unknown group; known groups: ${GROUPS.join(', ')}`);
    return group;
  });
  const named = positionals.map(programById);
  const ofGroups =
    groups.length === 0 && named.length > 0 ? [] : programsFor(groups.length === 0 ? ['client', 'tests'] : groups);
  return {
    programs: [...new Set([...ofGroups, ...named])],
    check: values.check,
    prune: values.prune,
    help: values.help,
  };
}

/** Writes a line for each that is there, and returns the others. */
export async function lookFor(wanted: readonly Program[], surroundings: InstallSurroundings): Promise<Program[]> {
  const missing: Program[] = [];
  for (const program of wanted) {
    const found = await tryResolve(program, surroundings, { make: false });
    if (found instanceof ProgramMissingError) missing.push(program);
    else
      surroundings.write(`${program.id} ${found.version ?? ''} (${found.foundBy}) ${found.path}\n`.replace('  ', ' '));
  }
  return missing;
}

async function makeAll(missing: readonly Program[], surroundings: InstallSurroundings): Promise<number> {
  const failures: ProgramMissingError[] = [];
  const started = performance.now();
  for (const [index, program] of missing.entries()) {
    const position = `[${index + 1}/${missing.length}]`;
    const at = performance.now();
    const onProgress = (line: string): void => surroundings.write(`${position} ${line}\n`);
    const made = await tryResolve(program, surroundings, { installPackages: true, onProgress });
    if (made instanceof ProgramMissingError) {
      failures.push(made);
      onProgress(`${titleOf(program)}: still missing`);
      continue;
    }
    onProgress(
      `${titleOf(program)}: available after ${duration(performance.now() - at)} (${made.foundBy}) ${made.path}${remaining(missing.slice(index + 1))}`,
    );
  }
  for (const failure of failures) surroundings.writeError(`\n${failure.message}\n`);
  const took = duration(performance.now() - started);
  surroundings.write(`${missing.length - failures.length} of ${missing.length} available after ${took}\n`);
  return failures.length === 0 ? 0 : 7;
}

function remaining(left: readonly Program[]): string {
  const minutes = left.reduce((sum, program) => sum + program.minutes, 0);
  return left.length === 0 ? '' : `; ${left.length} left, at most about ${duration(minutes * 60_000)}`;
}

async function tryResolve(
  program: Program,
  { env, signal }: InstallSurroundings,
  options: ResolveOptions,
): Promise<ResolvedProgram | ProgramMissingError> {
  try {
    return await resolve(program, { ...options, env, signal });
  } catch (error) {
    if (error instanceof ProgramMissingError) return error;
    throw error;
  }
}

if (import.meta.main) {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  try {
    process.exitCode = await install(process.argv.slice(2), {
      env: process.env,
      write: (text) => process.stdout.write(text),
      writeError: (text) => process.stderr.write(text),
      signal: interrupted.signal,
    });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.stderr.write('interrupted; finished programs are kept\n');
    process.exitCode = 130;
  }
}

import { resolve } from 'node:path';
import { execa } from 'execa';
import { resolveProgram } from '../../tools/resolve.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const chartFolder = (name: string) => resolve(ROOT, 'charts', name);

const found = new Map<string, Promise<string>>();

/** Path of a program of the tools table; looked for once in this process. */
export function program(id: string): Promise<string> {
  const known = found.get(id) ?? resolveProgram(id).then(({ path }) => path);
  found.set(id, known);
  return known;
}

export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the tools table. Its failure is an outcome, not an exception: tests look at what it says. */
export async function run(
  id: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await execa(await program(id), args, {
    reject: false,
    timeout: 120_000,
    cwd: ROOT,
    ...options,
  });
  return { ok: exitCode === 0, stdout, stderr };
}

/** Runs Helm and gives what it printed; throws with its own words when it fails. */
export async function helm(
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const outcome = await run('helm', args, options);
  if (!outcome.ok) throw new Error(`helm ${args.join(' ')}: ${outcome.stderr}`);
  return outcome.stdout;
}

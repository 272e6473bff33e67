import path from 'node:path';
import { execa } from 'execa';
import semver from 'semver';
import type { StepContext } from './context.ts';
import type { Program, VersionCheck } from './program.ts';

const TIMEOUT_MS = 15_000;

/** Whether a program's file is suitable, with its version if it reports one, or why it is not. */
export type Verdict =
  | { readonly ok: true; readonly version?: string | undefined }
  | { readonly ok: false; readonly reason: string };

/** Asks a program's file for its version and judges it by the table's range, or by the caller's. */
export async function judge(
  program: Program,
  file: string,
  context: Pick<StepContext, 'range' | 'signal' | 'env'>,
): Promise<Verdict> {
  const check = program.versionCheck;
  if (check === undefined || check === 'any') return { ok: true };
  const told = await askVersion(check, file, context);
  if (!told.ok) return told;
  const accepts = context.range ?? check.accepts;
  if (semver.satisfies(told.version, accepts, { includePrerelease: true })) return told;
  const because = context.range === undefined ? check.because : 'the caller requires it';
  return { ok: false, reason: `is version ${told.version}, but ${accepts} is needed: ${because}` };
}

async function askVersion(
  check: VersionCheck,
  file: string,
  { signal, env }: Pick<StepContext, 'signal' | 'env'>,
): Promise<{ readonly ok: true; readonly version: string } | { readonly ok: false; readonly reason: string }> {
  const result = await execa(file, check.args, {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
    env,
    extendEnv: false,
    cancelSignal: signal,
  });
  signal?.throwIfAborted();
  const command = [path.basename(file), ...check.args].join(' ');
  if (result.timedOut) return { ok: false, reason: `did not report a version within ${TIMEOUT_MS / 1000} s` };
  // Nothing at all was printed by a file that could not even be started.
  const output = result.all ?? '';
  const text = check.pattern.exec(output)?.[1];
  const version = text === undefined ? null : (semver.parse(text) ?? semver.coerce(text));
  if (version !== null) return { ok: true, version: version.version };
  if (result.failed) return { ok: false, reason: `does not run: ${firstLine(output) || (result.shortMessage ?? '')}` };
  return { ok: false, reason: `reports no version: \`${command}\` printed ${JSON.stringify(firstLine(output))}` };
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
}

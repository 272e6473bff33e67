import path from 'node:path';
import { ExecaError, execa } from 'execa';
import type { StepContext, StepOutcome } from '../context.ts';
import { fromPath, isExecutable } from '../look.ts';
import type { Program } from '../program.ts';
import { titleOf } from '../program.ts';
import { duration, withProgress } from '../progress.ts';

const TIMEOUT_MS = 15 * 60_000;

/** The program out of its Debian packages: only when the caller wants packages installed, on Debian, as root. */
export async function fromPackages(program: Program, context: StepContext): Promise<StepOutcome> {
  if (program.debian === undefined) return { tried: [] };
  const place = `Debian package ${program.debian.join(', ')}`;
  const obstacle = await obstacleToPackages(context);
  if (obstacle !== undefined) return { tried: [{ place, reason: obstacle }] };
  try {
    await install(program, program.debian, context);
  } catch (error) {
    context.signal?.throwIfAborted();
    return { tried: [{ place, reason: error instanceof ExecaError ? explain(error) : String(error) }] };
  }
  const after = await fromPath(program, context);
  return after.found === undefined ? after : { tried: [], found: { ...after.found, foundBy: 'package' } };
}

async function obstacleToPackages(context: StepContext): Promise<string | undefined> {
  if (!context.installPackages) return 'is installed only by `npm run tools`';
  for (const command of ['apt-get', 'dpkg']) {
    if (!(await isOnPath(command, context.env))) return `this is not Debian or Ubuntu: no ${command} found`;
  }
  if (process.getuid?.() !== 0) return 'installing packages needs root';
  return undefined;
}

async function isOnPath(command: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    if (await isExecutable(path.join(folder, command))) return true;
  }
  return false;
}

async function install(program: Program, packages: readonly string[], context: StepContext): Promise<void> {
  context.onProgress?.(`${titleOf(program)}: installing the Debian package ${packages.join(', ')}`);
  const installArgs = ['install', '--yes', '--no-install-recommends', ...packages];
  try {
    await aptGet(program, installArgs, context);
  } catch (error) {
    // On a machine whose package lists are missing or old, an update is all it takes.
    if (!(error instanceof ExecaError) || context.signal?.aborted === true) throw error;
    await aptGet(program, ['update'], context);
    await aptGet(program, installArgs, context);
  }
}

async function aptGet(program: Program, args: readonly string[], context: StepContext): Promise<void> {
  const { env, signal, onProgress } = context;
  // RUNLEVEL=1 keeps a package from starting its service (invoke-rc.d): the tests start their own.
  const quiet = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', LC_ALL: 'C.UTF-8' };
  const child = execa('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args], {
    env: { ...env, ...quiet },
    extendEnv: false,
    all: true,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
    cancelSignal: signal,
  });
  await withProgress(
    onProgress,
    (elapsed) => `${titleOf(program)}: apt-get ${args[0]} for ${duration(elapsed)}`,
    async () => child,
  );
}

function explain(error: ExecaError): string {
  const lines = String(error.all ?? '')
    .split('\n')
    .filter((line) => line.startsWith('E:'));
  return `apt-get failed: ${lines.slice(0, 2).join(' / ') || error.shortMessage}`;
}

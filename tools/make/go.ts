import path from 'node:path';
import { ExecaError, execa } from 'execa';
import { buildKey, projectRoot } from '../cache.ts';
import type { StepContext, StepOutcome } from '../context.ts';
import type { GoBuild, Platform, Program } from '../program.ts';
import { titleOf } from '../program.ts';
import { duration, withProgress } from '../progress.ts';
import { makeInCache } from './make.ts';

const TIMEOUT_MS = 45 * 60_000;

/** The program built from its Go module. Needs `go`; modules that are not in its cache come from the Go proxy. */
export async function fromGoModule(
  program: Program,
  build: GoBuild,
  platform: Platform,
  context: StepContext,
): Promise<StepOutcome> {
  const place = `Go module ${build.folder}`;
  const key = await buildKey(program, build, platform);
  if (key === undefined) return { tried: [{ place, reason: 'is not in this copy of the project' }] };
  return makeInCache(program, context, { place, key, foundBy: 'build' }, (folder) =>
    compile(program, build, platform, path.join(folder, program.executable), context),
  );
}

async function compile(
  program: Program,
  build: GoBuild,
  platform: Platform,
  output: string,
  { env, signal, onProgress }: StepContext,
): Promise<void> {
  const usual = duration(program.minutes * 60_000);
  let downloading = false;
  onProgress?.(`${titleOf(program)}: building it from its Go module, about ${usual} on two cores`);
  const child = execa('go', goArguments(build, output), {
    cwd: path.join(projectRoot, build.folder),
    env: {
      ...env,
      CGO_ENABLED: '0',
      GOOS: platform.os,
      GOARCH: platform.arch,
      GOWORK: 'off',
      // Not empty, so that neither the user's environment nor `go env -w` brings flags that break the build.
      GOFLAGS: '-mod=readonly -buildvcs=false',
    },
    extendEnv: false,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
    cancelSignal: signal,
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('go: downloading')) downloading = true;
  });
  try {
    await withProgress(
      onProgress,
      (elapsed) => {
        // Go reports only its downloads: if it reported none since the last line, it compiles.
        const doing = downloading ? 'downloading modules' : 'compiling';
        downloading = false;
        return `${titleOf(program)}: building for ${duration(elapsed)}, usually about ${usual}; ${doing}`;
      },
      async () => child,
    );
  } catch (error) {
    throw error instanceof ExecaError ? new Error(explain(error), { cause: error }) : error;
  }
}

function goArguments(build: GoBuild, output: string): string[] {
  const stamps = Object.entries(build.stamp ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return [
    'build',
    '-trimpath',
    `-tags=${(build.tags ?? []).join(',')}`,
    `-ldflags=${['-s', '-w', ...stamps].join(' ')}`,
    '-o',
    output,
    build.package,
  ];
}

function explain(error: ExecaError): string {
  if (error.code === 'ENOENT') return 'no `go` on PATH to build it with';
  if (error.timedOut) return `was not built within ${duration(TIMEOUT_MS)}`;
  const lines = String(error.stderr ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'));
  return `go build failed: ${lines.slice(-3).join(' / ') || error.shortMessage}`;
}

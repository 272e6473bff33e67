import { createHash } from 'node:crypto';
import { chmod, copyFile, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ExecaError, execa } from 'execa';
import { buildKey, projectRoot } from '../cache.ts';
import type { StepContext, StepOutcome } from '../context.ts';
import type { MavenBuild, Platform, Program } from '../program.ts';
import { titleOf } from '../program.ts';
import { duration, withProgress } from '../progress.ts';
import { makeInCache } from './make.ts';

const TIMEOUT_MS = 15 * 60_000;
const OLDEST_JAVA = 17;

/** The program as jars that Maven brings, beside the script that runs them. Needs `mvn`, and Java to run. */
export async function fromMaven(
  program: Program,
  build: MavenBuild,
  platform: Platform,
  context: StepContext,
): Promise<StepOutcome> {
  const place = `Maven ${build.folder}`;
  const key = await buildKey(program, build, platform);
  if (key === undefined) return { tried: [{ place, reason: 'is not in this copy of the project' }] };
  return makeInCache(program, context, { place, key, foundBy: 'build' }, async (folder) => {
    await demandJava(context);
    await copyJars(program, build, path.join(folder, 'lib'), context);
    await compareJars(path.join(projectRoot, build.folder, 'jars.sha256'), path.join(folder, 'lib'));
    for (const file of [program.executable, 'logback.xml']) {
      await copyFile(path.join(projectRoot, build.folder, file), path.join(folder, file));
    }
    await chmod(path.join(folder, program.executable), 0o755);
  });
}

async function demandJava({ env, signal }: StepContext): Promise<void> {
  const home = env['JAVA_HOME'];
  const java = home === undefined || home === '' ? 'java' : path.join(home, 'bin', 'java');
  const result = await execa(java, ['-version'], {
    reject: false,
    all: true,
    env,
    extendEnv: false,
    timeout: 30_000,
    cancelSignal: signal,
  });
  signal?.throwIfAborted();
  const version = /version "(\d+)/.exec(result.all ?? '')?.[1];
  if (version === undefined) throw new Error(`no working \`${java}\`: Java ${OLDEST_JAVA} or later is needed`);
  if (Number(version) < OLDEST_JAVA)
    throw new Error(`\`${java}\` is Java ${version}, but ${OLDEST_JAVA} or later is needed`);
}

async function copyJars(
  program: Program,
  build: MavenBuild,
  lib: string,
  { env, signal, onProgress }: StepContext,
): Promise<void> {
  onProgress?.(`${titleOf(program)}: fetching its jars with Maven`);
  const args = ['--batch-mode', '--quiet', '--strict-checksums', 'dependency:copy-dependencies'];
  const child = execa('mvn', [...args, '-DincludeScope=runtime', `-DoutputDirectory=${lib}`], {
    cwd: path.join(projectRoot, build.folder),
    env,
    extendEnv: false,
    all: true,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
    cancelSignal: signal,
  });
  try {
    await withProgress(
      onProgress,
      (elapsed) => `${titleOf(program)}: fetching its jars with Maven for ${duration(elapsed)}`,
      async () => child,
    );
  } catch (error) {
    throw error instanceof ExecaError ? new Error(explain(error), { cause: error }) : error;
  }
}

function explain(error: ExecaError): string {
  if (error.code === 'ENOENT') return 'no `mvn` on PATH to fetch its jars with';
  if (error.timedOut) return `its jars were not fetched within ${duration(TIMEOUT_MS)}`;
  const line = String(error.all ?? '')
    .split('\n')
    .find((text) => text.includes('ERROR'));
  return `mvn failed: ${line?.trim() ?? error.shortMessage}`;
}

/** Maven trusts its server; the digests in the project do not have to. */
async function compareJars(list: string, lib: string): Promise<void> {
  const expected = (await readFile(list, 'utf8')).trimEnd().split('\n');
  const actual: string[] = [];
  for (const jar of (await readdir(lib)).toSorted()) {
    const digest = createHash('sha256').update(await readFile(path.join(lib, jar)));
    actual.push(`${digest.digest('hex')}  ${jar}`);
  }
  const wrong = actual.find((line) => !expected.includes(line)) ?? expected.find((line) => !actual.includes(line));
  if (wrong !== undefined) throw new Error(`the jars are not those that ${path.basename(list)} lists, first: ${wrong}`);
}

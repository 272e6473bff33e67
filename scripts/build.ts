import { existsSync } from 'node:fs';
import { glob, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { BuildOptions, Metafile, OutputFile, Plugin } from 'esbuild';
import { leanTemporalDescriptor } from './lean-descriptor.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
/** Touched when client, worker and workflows are built: the launcher compares their sources with it. */
const STAMP = join(DIST, '.built');
/** A client or worker that runs may still load parts of the build that it was started from. */
const KEEP_OLD_CHUNKS_MS = 24 * 60 * 60_000;

/** Packages written for `require` find it, and their own folder, in the built module too. */
const BANNER = [
  "import { createRequire as builtRequire } from 'node:module';",
  'const require = builtRequire(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join(' ');

const PLUGINS = [withoutZodLocales()];

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  outdir: DIST,
  outExtension: { '.js': '.mjs' },
  plugins: PLUGINS,
  legalComments: 'none',
  banner: { js: BANNER },
  write: false,
  metafile: true,
  logLevel: 'warning',
} satisfies BuildOptions;

/** One part of dist/: what it is made of and what stays outside. */
interface Part {
  readonly name: string;
  readonly options: Omit<BuildOptions, 'write' | 'metafile'>;
}

const STATUS_SERVICE: Part = {
  // Carried to the node as one file, without packages beside it.
  name: 'status-service',
  options: {
    entryPoints: { 'status-service': 'status-service/main.ts' },
    minify: true,
  },
};

const PARTS: readonly Part[] = [
  {
    // Split, so that a help text loads the parser alone. The native part of Temporal belongs to the worker.
    name: 'client',
    options: {
      // The supervisor shares what the client has of Temporal, and stays as light.
      entryPoints: { client: 'client/entry.ts', supervisor: 'worker/supervisor.ts' },
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      external: ['@temporalio/worker', '@temporalio/core-bridge'],
      plugins: [...PLUGINS, leanTemporalDescriptor()],
      // Read faster at every start; names stay, for the stacks in a defect's log.
      minifyWhitespace: true,
      minifySyntax: true,
    },
  },
  {
    // The worker loads its threads, its native part and its converters by path: its SDK stays a package. `main` is the name
    // under which system/code-files.ts searches for it.
    name: 'worker',
    options: {
      entryPoints: { main: 'worker/main.ts', 'failure-converter': 'temporal/failure-converter.ts' },
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      external: ['@temporalio/*'],
    },
  },
  STATUS_SERVICE,
];

/** zod brings its messages in 50 languages, a third of the status service's program and 3 MB of its memory; ours is English. */
function withoutZodLocales(): Plugin {
  return {
    name: 'without-zod-locales',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ path }) => ({ path, namespace: 'none' }));
      onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export {}' }));
    },
  };
}

/** Gives the status page's program as the sources make it now, without touching dist/. The same sources give the same text. */
export async function buildStatusService(): Promise<string> {
  const { outputFiles } = await build({ ...COMMON, ...STATUS_SERVICE.options });
  const [program] = outputFiles;
  if (!program || outputFiles.length > 1) throw new Error(`the status page was built to ${outputFiles.length} files`);
  return program.text;
}

/** Builds dist/: `build.ts [--only client,worker,status-service,workflows]`. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const only = values.only?.split(',');
  const isWanted = (name: string): boolean => only === undefined || only.includes(name);
  await mkdir(join(DIST, 'chunks'), { recursive: true });
  const written = new Set<string>();
  for (const { name, options } of PARTS.filter((part) => isWanted(part.name) && isThere(part))) {
    const { outputFiles, metafile } = await build({ ...COMMON, ...options });
    if (options.splitting) refuseLateCommonJs(metafile);
    for (const file of entriesLast(outputFiles, metafile)) {
      await replace(file.path, file.contents);
      written.add(file.path);
    }
    console.error(`built ${name}: ${sizeOf(outputFiles)}`);
  }
  if (isWanted('workflows')) await bundleWorkflows();
  if (['client', 'worker', 'workflows', 'status-service'].every(isWanted)) {
    await removeOldChunks(written);
    await writeFile(STAMP, '');
  }
}

function isThere({ options }: Part): boolean {
  const entries = Object.values(options.entryPoints ?? {}).filter((entry) => typeof entry === 'string');
  return entries.every((entry) => existsSync(join(ROOT, entry)));
}

/**
 * A CommonJS package that is imported late has no names in a build that is split, only a default (esbuild, "splitting"): the
 * types say otherwise, and it shows when a person gets there.
 * @throws Error that names the package and who imports it
 */
function refuseLateCommonJs({ inputs }: Metafile): void {
  for (const [importer, { imports }] of Object.entries(inputs)) {
    for (const { kind, path, external } of imports) {
      if (kind === 'dynamic-import' && !external && inputs[path]?.format === 'cjs')
        throw new Error(`${importer} imports ${path} late, which is CommonJS: import it in a module of its own`);
    }
  }
}

/** An entry names its chunks: they must be there before it is. */
function entriesLast(files: readonly OutputFile[], metafile: Metafile): OutputFile[] {
  const isEntry = ({ path }: OutputFile): boolean =>
    metafile.outputs[relative(ROOT, path)]?.entryPoint !== undefined && dirname(path) === DIST;
  return [...files.filter((file) => !isEntry(file)), ...files.filter(isEntry)];
}

/** Two builds at once, or a client that starts meanwhile, never see half a file. */
async function replace(path: string, contents: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

function sizeOf(files: readonly OutputFile[]): string {
  const bytes = files.reduce((sum, { contents }) => sum + contents.length, 0);
  return `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
}

/** The workflows are bundled by Temporal's own bundler, which a worker would otherwise run at every start. */
async function bundleWorkflows(): Promise<void> {
  const target = join(DIST, 'workflow-bundle.js');
  const sources = await newest([
    'workflows/**/*.ts',
    'model/**/*.ts',
    'temporal/failure-converter.ts',
    'package-lock.json',
  ]);
  const built = existsSync(target) ? (await stat(target)).mtimeMs : 0;
  if (built > sources) return;
  const { DefaultLogger, bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    // A person who starts the client for the first time reads what was built, not how webpack did it.
    logger: new DefaultLogger('WARN'),
    workflowsPath: join(ROOT, 'workflows/index.ts'),
    failureConverterPath: join(ROOT, 'temporal/failure-converter.ts'),
  });
  await replace(target, code);
  console.error(`built workflow-bundle.js: ${(code.length / 1e6).toFixed(1)} MB`);
}

async function newest(patterns: readonly string[]): Promise<number> {
  let time = 0;
  for await (const name of glob(patterns, { cwd: ROOT })) {
    time = Math.max(time, (await stat(join(ROOT, name))).mtimeMs);
  }
  return time;
}

async function removeOldChunks(written: ReadonlySet<string>): Promise<void> {
  const folder = join(DIST, 'chunks');
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (written.has(path)) await utimes(path, new Date(), new Date());
    else if (Date.now() - (await stat(path)).mtimeMs > KEEP_OLD_CHUNKS_MS) await rm(path);
  }
}

if (process.argv[1] && basename(process.argv[1]) === 'build.ts') await main();

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import type * as Entry from './entry.ts';

/** The workflows over the stand-in, and the clock that all of their code reads. */
export type Workflows = typeof Entry & { readonly clock: { now: number } };

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/**
 * Bundles the workflows with the stand-in instead of Temporal's library. A bundle, and no mock of a module: test files that share
 * a process would share the mocked modules.
 * @param edits made to the code first, to see that it is held to what it does
 */
export async function loadWorkflows(edits: readonly Edit[] = []): Promise<Workflows> {
  const { outputFiles } = await build({
    entryPoints: [here('entry.ts')],
    alias: { '@temporalio/workflow': here('temporal.ts') },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'silent',
    plugins: [edited(edits)],
  });
  const [file] = outputFiles;
  if (!file) throw new Error('the bundle is empty');
  const clock = { now: Date.UTC(2026, 4, 1, 12) };
  const module = { exports: {} as typeof Entry };
  const run = compileFunction(file.text, ['module', 'exports', 'require', 'Date'], { filename: 'workflows.cjs' });
  run(module, module.exports, createRequire(import.meta.url), virtualDate(clock));
  return { ...module.exports, clock };
}

/** Code that is another before it is bundled. */
export interface Edit {
  /** Path in the project. */
  readonly file: string;
  /** Stands in the file once. */
  readonly from: string;
  readonly to: string;
}

const ROOT = here('../../..');

function edited(edits: readonly Edit[]): Plugin {
  return {
    name: 'edited',
    setup: (bundle): void => {
      for (const file of new Set(edits.map((edit) => edit.file))) {
        const whole = join(ROOT, file);
        bundle.onLoad({ filter: /\.ts$/ }, async ({ path }) =>
          path !== whole
            ? null
            : {
                contents: edits.filter((edit) => edit.file === file).reduce(withEdit, await readFile(whole, 'utf8')),
                loader: 'ts',
              },
        );
      }
    },
  };
}

function withEdit(text: string, { file, from, to }: Edit): string {
  const [before, after, ...more] = text.split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not have this once: ${from}`);
  return `${before}${to}${after}`;
}

/** A `Date` whose present is the clock's. */
function virtualDate(clock: { readonly now: number }): DateConstructor {
  return new Proxy(Date, {
    construct: (target, args: unknown[]): Date =>
      Reflect.construct(target, args.length === 0 ? [clock.now] : args) as Date,
    get: (target, name) => (name === 'now' ? () => clock.now : Reflect.get(target, name)),
  });
}

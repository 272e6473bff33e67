import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import type * as Entry from './entry.ts';

/** The workflows over the stand-in, and the clock that all of their code reads. */
export type Workflows = typeof Entry & { readonly clock: { now: number } };

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/**
 * Bundles the workflows with the stand-in instead of Temporal's library. A bundle, and no mock of a module: test files that share
 * a process would share the mocked modules.
 * @param workflows the module to take `installAppliance` from, for a look at older code
 */
export async function loadWorkflows(workflows?: string): Promise<Workflows> {
  const { outputFiles } = await build({
    entryPoints: [here('entry.ts')],
    alias: { '@temporalio/workflow': here('temporal.ts') },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'silent',
    plugins: workflows === undefined ? [] : [instead(workflows)],
  });
  const [file] = outputFiles;
  if (!file) throw new Error('the bundle is empty');
  const clock = { now: Date.UTC(2026, 4, 1, 12) };
  const module = { exports: {} as typeof Entry };
  const run = compileFunction(file.text, ['module', 'exports', 'require', 'Date'], { filename: 'workflows.cjs' });
  run(module, module.exports, createRequire(import.meta.url), virtualDate(clock));
  return { ...module.exports, clock };
}

function instead(workflows: string) {
  return {
    name: 'other-workflows',
    setup: (bundle: import('esbuild').PluginBuild): void => {
      bundle.onResolve({ filter: /workflows\/index\.ts$/ }, () => ({ path: workflows }));
    },
  };
}

/** A `Date` whose present is the clock's. */
function virtualDate(clock: { readonly now: number }): DateConstructor {
  return new Proxy(Date, {
    construct: (target, args: unknown[]): Date =>
      Reflect.construct(target, args.length === 0 ? [clock.now] : args) as Date,
    get: (target, name) => (name === 'now' ? () => clock.now : Reflect.get(target, name)),
  });
}

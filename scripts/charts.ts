import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chartReadme } from './chart-readme.ts';

/** The charts of the appliance; those that share the workers' workload are marked. */
export const CHARTS: readonly { readonly name: string; readonly worker: boolean }[] = [
  { name: 'alga-core', worker: false },
  { name: 'pgbouncer', worker: false },
  { name: 'temporal', worker: false },
  { name: 'workflow-worker', worker: true },
  { name: 'email-service', worker: true },
  { name: 'temporal-worker', worker: true },
  { name: 'appliance-status', worker: false },
];

const FOLDER = resolve(import.meta.dirname, '../charts');
const text = (...path: string[]) => readFileSync(join(FOLDER, ...path), 'utf8');

/**
 * What the charts' derived files ought to hold: copies of the shared templates and definitions (a chart must be whole in itself:
 * Flux packs its folder alone) and the READMEs.
 * @returns content by path, relative to charts/
 */
export function derivedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const definitions: unknown = JSON.parse(text('definitions.json'));
  for (const { name, worker } of CHARTS) {
    files.set(join(name, 'templates/_common.tpl'), text('common.tpl'));
    if (worker) files.set(join(name, 'templates/_worker.tpl'), text('worker.tpl'));
    const schema = { ...JSON.parse(text(name, 'values.schema.json')), definitions };
    files.set(join(name, 'values.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
    files.set(
      join(name, 'README.md'),
      chartReadme({
        chartYaml: text(name, 'Chart.yaml'),
        valuesYaml: text(name, 'values.yaml'),
        schemaJson: JSON.stringify(schema),
        about: existsSync(join(FOLDER, name, 'about.md')) ? text(name, 'about.md') : '',
      }),
    );
  }
  return files;
}

/** Paths of derived files that do not hold what they ought to. */
export function staleFiles(): string[] {
  return [...derivedFiles()].flatMap(([path, content]) => {
    const there = existsSync(join(FOLDER, path)) ? text(path) : null;
    return there === content ? [] : [path];
  });
}

/** `node scripts/charts.ts` writes the derived files; with `--check` it only says which are not current. */
if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const stale = staleFiles();
  if (!values.check) for (const path of stale) writeFileSync(join(FOLDER, path), derivedFiles().get(path) ?? '');
  for (const path of stale) console.log(`${values.check ? 'not current' : 'written'}: charts/${path}`);
  if (values.check && stale.length > 0) process.exitCode = 1;
}

import { globSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import { parseDocument } from 'yaml';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * Checks a values file against its chart's schema. Helm, which checks the merged values, cannot say which file a fault is in.
 * @param file its name is the chart's: `alga-core.yaml`
 * @returns `field: what is wrong with it`, none when all is well; what another file may bring is not missed
 */
export function valuesFaults(file: string, text: string): string[] {
  const chart = basename(file, '.yaml');
  const document = parseDocument(text);
  if (document.errors.length > 0) return document.errors.map(({ message }) => `is not YAML: ${message}`);
  const schema: unknown = JSON.parse(readFileSync(join(ROOT, 'charts', chart, 'values.schema.json'), 'utf8'));
  const validate = new Ajv({ allErrors: true, strict: false }).compile(Object(schema));
  validate(document.toJS() ?? {});
  return (validate.errors ?? []).filter(({ keyword }) => keyword !== 'required').map((error) => tell(chart, error));
}

function tell(chart: string, { instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath.split('/').slice(1);
  if (keyword !== 'additionalProperties') return `${path.join('.')}: ${message}`;
  return `${[...path, String(params['additionalProperty'])].join('.')}: is not a value of the chart ${chart}`;
}

/** Gives the values files of all profiles, by path from the repository's root. */
export function profileValuesFiles(): string[] {
  return globSync('flux/profiles/*/*/values/*.yaml', { cwd: ROOT }).toSorted();
}

/** `node scripts/profile-values.ts [FILE…]` says what is wrong with values files, by themselves those of the profiles. */
if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const files = positionals.length > 0 ? positionals : profileValuesFiles().map((file) => join(ROOT, file));
  const faults = files.flatMap((file) =>
    valuesFaults(file, readFileSync(file, 'utf8')).map((fault) => `${relative(process.cwd(), file)}: ${fault}`),
  );
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
}

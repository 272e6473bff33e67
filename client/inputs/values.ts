import type { InstallSpec } from '../../model/site.ts';
import { optionKey } from '../terminal/flags.ts';
import type { Options } from '../terminal/options.ts';
import { FIELDS, variableOf } from './fields.ts';
import type { Field, FieldKey } from './fields.ts';

export type Source = 'flag' | 'environment' | 'site' | 'prompt' | 'default';

/** A value as it was written, and who wrote it. Switches are `true` or `false`, lists are comma-separated. */
export interface Given {
  readonly text: string;
  readonly source: Source;
}

/** What is known of the inputs so far. */
export type Values = Map<FieldKey, Given>;

/** Takes flags and environment, gives the values that they hold; a flag wins. An empty variable counts as not set. */
export function givenValues(options: Options, environment: NodeJS.ProcessEnv): Values {
  const values: Values = new Map();
  for (const field of FIELDS) {
    const option = options[optionKey(field.flag)];
    const variable = variableOf(field);
    const fromEnvironment = variable === null ? undefined : environment[variable];
    if (option !== undefined) values.set(field.key, { text: String(option), source: 'flag' });
    else if (fromEnvironment) values.set(field.key, { text: fromEnvironment, source: 'environment' });
  }
  return values;
}

/** Takes the spec that a site was last ordered with, gives it as values. What it says nothing about is left out. */
export function recordedValues(spec: InstallSpec): Values {
  const values: Values = new Map();
  for (const field of FIELDS) {
    const text = field.key === 'releaseVersion' ? spec.release.releaseVersion : written(at(spec, field.path));
    if (text !== null) values.set(field.key, { text, source: 'site' });
  }
  return values;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function written(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  // An empty list was an answer too: it is not asked for again.
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : null;
}

/** Takes a field and where its value came from, gives the name by which a person finds it again. */
export function sourceName(field: Field, source: Source): string {
  if (source === 'environment') return variableOf(field) ?? `--${field.flag}`;
  return source === 'site' ? `--${field.flag} (from the site's record)` : `--${field.flag}`;
}

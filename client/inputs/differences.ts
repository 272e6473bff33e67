import type { InstallSpec } from '../../model/site.ts';
import { installed } from '../../site-folder/inputs.ts';

/** One input in which two specs differ; `null` where a spec has none. */
export interface Difference {
  readonly path: readonly string[];
  readonly running: string | null;
  readonly asked: string | null;
}

/** Every input in which the two specs differ. */
export function differences(running: InstallSpec, asked: InstallSpec): Difference[] {
  const before = flatten(installed(running));
  const after = flatten(installed(asked));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => ({ path: key.split('\n'), running: before.get(key) ?? null, asked: after.get(key) ?? null }));
}

function flatten(value: unknown, path: readonly string[] = []): Map<string, string> {
  if (Array.isArray(value)) return new Map([[path.join('\n'), value.map(String).join(',')]]);
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object') return new Map([[path.join('\n'), JSON.stringify(value).replaceAll('"', '')]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, [...path, key])]));
}

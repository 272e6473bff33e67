import { createHash } from 'node:crypto';
import type { InstallSpec } from '../../model/site.ts';

/**
 * Takes a spec, gives the part of it that says what is installed: not how it was ordered, nor in which version of its form. So
 * an install that an older client began is joined by the same inputs.
 */
function ordered(spec: InstallSpec): unknown {
  const { specVersion: _version, checkout: _checkout, wipeConfirmed: _wipeConfirmed, ...rest } = spec;
  return rest;
}

/** Takes a spec, gives its digest: the same for the same install, whoever orders it and however its keys are sorted. */
export function specDigest(spec: InstallSpec): string {
  return createHash('sha256')
    .update(canonical(ordered(spec)))
    .digest('hex');
}

/** JSON with sorted keys and without undefined values, so that equal specs have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${entries.join(',')}}`;
}

/** One input in which two specs differ; `null` where a spec has none. */
export interface Difference {
  readonly path: readonly string[];
  readonly running: string | null;
  readonly asked: string | null;
}

/** Takes the spec of a running install and the one asked for, gives every input in which they differ. */
export function differences(running: InstallSpec, asked: InstallSpec): Difference[] {
  const before = flatten(ordered(running));
  const after = flatten(ordered(asked));
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

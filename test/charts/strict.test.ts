import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { chartFolder, run } from './programs.ts';
import { RELEASES, repositoryFile } from './values.ts';
import { needs } from '../support/needs.ts';

needs('helm');

interface Schema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  properties?: Record<string, Schema> | undefined;
  items?: Schema | undefined;
  definitions?: Record<string, Schema> | undefined;
}
const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    definitions: z.record(z.string(), schema).optional(),
  }),
);

type Tree = { [key: string]: Tree | Tree[] | number | string | null };

const schemaOf = (chart: string) => schema.parse(JSON.parse(repositoryFile(`charts/${chart}/values.schema.json`)));
const defaultsOf = (chart: string) =>
  z.record(z.string(), z.unknown()).parse(parse(repositoryFile(`charts/${chart}/values.yaml`)));
const resolve = (root: Schema, at: Schema): Schema =>
  root.definitions?.[at.$ref?.replace('#/definitions/', '') ?? ''] ?? at;

/** Values with a typo at every level that has known keys, and the paths of those levels. */
function withTypos(root: Schema, at: Schema = root, path = ''): { values: Tree; levels: string[] } {
  const values: Tree = { typo: 1 };
  const levels = [path];
  for (const [key, below] of Object.entries(at.properties ?? {})) {
    const child = resolve(root, below);
    const items = child.items && resolve(root, child.items);
    if (child.properties) {
      const inside = withTypos(root, child, `${path}/${key}`);
      values[key] = inside.values;
      levels.push(...inside.levels);
    } else if (items?.properties) {
      const inside = withTypos(root, items, `${path}/${key}/0`);
      values[key] = [inside.values];
      levels.push(...inside.levels);
    }
  }
  return { values, levels };
}

/** The chart's own values that are required, level by level. */
function keysOf(at: Record<string, unknown>, path: readonly string[] = []): string[][] {
  return Object.entries(at).flatMap(([key, value]) => {
    const here = [...path, key];
    const below = z.record(z.string(), z.unknown()).safeParse(value);
    // What stands below resources, settings and the like is the operator's to leave out.
    const deeper =
      below.success && !['resources', 'settings', 'extraEnv', 'passwordKeys'].includes(key)
        ? keysOf(below.data, here)
        : [];
    return value === null || key === 'digest' ? [] : [here, ...deeper];
  });
}

const template = (chart: string, values: object) =>
  run('helm', ['template', chart, chartFolder(chart), '-f', '-'], { input: JSON.stringify(values) });

describe.each(Object.keys(RELEASES))('values of %s', (chart) => {
  test('a key that is not known is refused at every level, each by its place', async () => {
    const { values, levels } = withTypos(schemaOf(chart));
    expect(levels.length).toBeGreaterThan(5);
    const { ok, stderr } = await template(chart, values);
    expect(ok).toBe(false);
    for (const level of levels) expect(stderr).toContain(`at '${level}': additional properties 'typo' not allowed`);
  });

  test('the schema knows every key of values.yaml, and no other', () => {
    const root = schemaOf(chart);
    const known = (at: Schema, path: readonly string[]): boolean => {
      const [key, ...rest] = path;
      if (key === undefined) return true;
      const below = at.properties?.[key];
      return below !== undefined && known(resolve(root, below), rest);
    };
    const keys = keysOf(defaultsOf(chart)).filter(([first]) => first !== undefined);
    for (const path of keys) expect([path.join('.'), known(root, path)]).toEqual([path.join('.'), true]);
    const { levels } = withTypos(root);
    const own = new Set(keys.map((path) => `/${path.join('/')}`));
    const unknown = levels.filter((level) => level !== '' && !/\/0$|\/resources\//.test(level) && !own.has(level));
    expect(unknown).toEqual([]);
  });

  test('a key that is set to null, which takes the default away, is refused by its place and never meets a template', async () => {
    const keys = keysOf(defaultsOf(chart));
    const parents = keys.filter(
      (path) => !keys.some((other) => other.length > path.length && other.join().startsWith(`${path.join()},`)),
    );
    const values: Tree = {};
    for (const path of parents) {
      let at = values;
      for (const key of path.slice(0, -1)) {
        const below = at[key];
        at = typeof below === 'object' && below !== null && !Array.isArray(below) ? below : (at[key] = {});
      }
      at[path.at(-1) ?? ''] = null;
    }
    const { ok, stderr } = await template(chart, values);
    expect(ok).toBe(false);
    expect(stderr).not.toMatch(/nil pointer|execution error/);
    for (const path of parents) {
      const place = new RegExp(
        `at '${path
          .slice(0, -1)
          .map((key) => `/${key}`)
          .join('')}': missing propert(y|ies) .*'${path.at(-1)}'`,
      );
      expect(stderr, path.join('.')).toMatch(place);
    }
  });
});

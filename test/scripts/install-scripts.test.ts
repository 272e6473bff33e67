import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = path.join(import.meta.dirname, '../..');

const manifestSchema = z.object({ allowScripts: z.record(z.string(), z.boolean()) });
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      hasInstallScript: z.boolean().default(false),
    }),
  ),
});

const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(path.join(ROOT, name), 'utf8'));

/** `node_modules/a/node_modules/@scope/b` is the package `@scope/b`. */
const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

const { packages } = lockSchema.parse(await read('package-lock.json'));
const { allowScripts } = manifestSchema.parse(await read('package.json'));
const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);

test('every package with an install script is allowed in its version, or denied by name; nothing else is listed', () => {
  const entries = withScript.map(([place, { version = '' }]) => {
    const name = nameOf(place);
    return allowScripts[name] === false ? name : `${name}@${version}`;
  });
  // Denied by name: a denied version would let the next one run.
  const listed = Object.entries(allowScripts).map(([entry, allowed]) =>
    allowed ? entry : entry.replace(/(.)@.*/, '$1'),
  );
  expect(listed.toSorted()).toEqual([...new Set(entries)].toSorted());
});

test('the lock file says where a package with an install script comes from: npm believes no pin without it', () => {
  const unnamed = withScript.filter(([, { resolved }]) => !resolved?.startsWith('https://registry.npmjs.org/'));
  expect(unnamed).toEqual([]);
});

test('a script that the list does not name is an error, for warnings are not shown', async () => {
  const lines = (await readFile(path.join(ROOT, '.npmrc'), 'utf8')).split('\n');
  expect(lines).toEqual(expect.arrayContaining(['loglevel=error', 'strict-allow-scripts=true']));
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importFaults } from '../../scripts/check-imports.ts';
import { importsOf } from '../../scripts/imports.ts';
import type { Import } from '../../scripts/imports.ts';
import { temporaryFolder } from '../client/support/run-client.ts';

/** Modules are written `file: imports`, a type import `type file`. */
function faultsOf(modules: Readonly<Record<string, readonly string[]>>): string[] {
  const read = (written: string): Import => ({
    file: written.replace(/^type /, ''),
    isType: written.startsWith('type '),
  });
  return importFaults(new Map(Object.entries(modules).map(([file, imports]) => [file, imports.map(read)])));
}

test('an import that the room allows is no fault', () => {
  expect(
    faultsOf({
      'diagnosis/a.ts': ['diagnosis/b.ts', 'model/c.ts'],
      'diagnosis/b.ts': ['kubernetes/d.ts'],
      'workflows/e.ts': ['type activities/index.ts'],
      'client/status/f.ts': ['client/terminal/g.ts', 'type client/context.ts'],
      'test/h.ts': ['lab/i.ts'],
    }),
  ).toEqual([]);
});

test.each([
  ['a room that may not be entered', 'model/a.ts', 'diagnosis/b.ts'],
  ['one that may not be entered even for types', 'diagnosis/a.ts', 'type client/terminal/b.ts'],
  ['one of which only types may be taken', 'workflows/a.ts', 'activities/index.ts'],
  ['a leaf that reaches into another room of the client', 'client/terminal/a.ts', 'client/site/b.ts'],
  ["the client's door, for more than types", 'client/status/a.ts', 'client/context.ts'],
  ["activities' adapters, from a phase", 'activities/phases/a.ts', 'activities/adapters/b.ts'],
])('refuses %s', (_what, from, to) => {
  const [fault, ...more] = faultsOf({ [from]: [to] });
  expect(more).toEqual([]);
  expect(fault).toContain(`${from} imports ${to.replace(/^type /, '')}: `);
});

test('refuses a folder that is no room', () => {
  expect(faultsOf({ 'helpers/a.ts': [] })).toEqual([
    'helpers/a.ts: helpers/ is no room: give it a row in scripts/rooms.ts',
  ]);
});

test('tells a circle as the way around it, once', () => {
  expect(
    faultsOf({
      'model/a.ts': ['model/b.ts', 'type model/d.ts'],
      'model/b.ts': ['type model/c.ts'],
      'model/c.ts': ['model/b.ts'],
      'model/d.ts': [],
    }),
  ).toEqual(['a circle: model/b.ts → model/c.ts → model/b.ts']);
});

async function readFrom(source: string): Promise<string[]> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.ts'), source);
  return importsOf(join(folder, 'a.ts')).map(
    ({ file, isType }) => `${isType ? 'type ' : ''}${file.slice(folder.length + 1)}`,
  );
}

test.each([
  ["import { b } from './b.ts';", 'b.ts'],
  ['import "./b.ts";', 'b.ts'],
  ["import type { B } from './b.ts';", 'type b.ts'],
  ["export * from './b.ts';", 'b.ts'],
  ["export type { B } from './b.ts';", 'type b.ts'],
  ["const b = () => import('./b.ts');", 'b.ts'],
  ['const b = () => import(`./b.ts`);', 'b.ts'],
  ['const b = () => import("./b.ts");', 'b.ts'],
  ["let b: import('./b.ts').B;", 'type b.ts'],
  ["type B = Array<typeof import('./b.ts')>;", 'type b.ts'],
  ["import b = require('./b.ts');", 'b.ts'],
])('sees the import in %s', async (source, seen) => {
  expect(await readFrom(source)).toEqual([seen]);
});

test.each([
  ['const b = (name: string) => import(`./${name}.ts`);', 'does not say what it imports'],
  ['const b = (name: string) => import(name);', 'does not say what it imports'],
  ["import { b } from '/srv/project/b.ts';", 'name a module of ours by a relative path'],
])('refuses %s', async (source, why) => {
  await expect(readFrom(source)).rejects.toThrow(why);
});

import { expect, test } from 'vitest';
import { importFaults } from '../../scripts/check-imports.ts';
import type { Import } from '../../scripts/imports.ts';

/** Takes modules as `file: imports`, a type import written `type file`; gives what is wrong with them. */
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

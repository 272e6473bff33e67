import { globSync } from 'node:fs';
import path from 'node:path';
import { importsOf } from './imports.ts';
import type { Import } from './imports.ts';
import { DOOR, ROOMS, roomOf } from './rooms.ts';

/**
 * A part of `npm run check`: whether every import goes the way that the rooms allow (scripts/rooms.ts), and none leads back to
 * where it came from. Imports of types count, and so do late ones.
 */
const ROOT = path.resolve(import.meta.dirname, '..');

/** One line for each forbidden import. Paths are relative to the project's folder. */
export function importFaults(modules: ReadonlyMap<string, readonly Import[]>): string[] {
  return [...strayed(modules), ...circles(modules)];
}

function strayed(modules: ReadonlyMap<string, readonly Import[]>): string[] {
  return [...modules].flatMap(([file, imports]) => {
    const room = roomOf(file);
    const allowed = ROOMS[room];
    if (allowed === undefined) return [`${file}: ${room}/ is no room: give it a row in scripts/rooms.ts`];
    if (allowed === 'everything') return [];
    return imports.flatMap(({ file: imported, isType }) => {
      const other = roomOf(imported);
      if (other === room || allowed.includes(other)) return [];
      if (isType && (allowed.includes(`type ${other}`) || (DOOR.includes(imported) && room.startsWith('client/'))))
        return [];
      return [`${file} imports ${imported}: ${room}/ may import ${allowed.join(', ') || 'nothing of ours'}`];
    });
  });
}

/** Each circle once, as the way around it. */
function circles(modules: ReadonlyMap<string, readonly Import[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start !== -1) found.push(`a circle: ${[...way.slice(start), file].join(' → ')}`);
    if (start !== -1 || done.has(file)) return;
    for (const { file: imported } of modules.get(file) ?? []) walk(imported, [...way, file]);
    done.add(file);
  };
  for (const file of modules.keys()) walk(file, []);
  return found;
}

/** Reads every module of ours. */
function readModules(): Map<string, Import[]> {
  const files = globSync('**/*.ts', {
    cwd: ROOT,
    exclude: ['node_modules/**', 'dist/**', 'test/fixtures/**', '**/*.d.ts'],
  }).toSorted();
  const relative = (file: string): string => path.relative(ROOT, file).split(path.sep).join('/');
  return new Map(
    files.map((file) => [
      relative(path.join(ROOT, file)),
      importsOf(path.join(ROOT, file)).map((one) => ({ ...one, file: relative(one.file) })),
    ]),
  );
}

/** Sources that no check reads, and tests that no tier runs. */
function strayFiles(): string[] {
  const exclude = ['node_modules/**', 'dist/**', 'test/fixtures/**'];
  const tests = globSync('**/*.{test,spec}.{ts,mts,cts,tsx,js,mjs,cjs}', { cwd: ROOT, exclude });
  return [
    ...globSync('**/*.{mts,cts,tsx}', { cwd: ROOT, exclude }).map((file) => `${file}: modules are *.ts here`),
    ...tests
      .filter((file) => !/^test\/.*\.test\.ts$/.test(file))
      .map((file) => `${file}: in no tier, so it never runs; a test is test/**/*.test.ts`),
  ];
}

if (import.meta.main) {
  const modules = readModules();
  const faults = [...strayFiles(), ...importFaults(modules)];
  for (const fault of faults) console.error(fault);
  if (faults.length === 0)
    console.error(`${modules.size} modules: every import goes the way its room allows, no circle`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject } from 'vitest';
import { variableOf } from '../../tools/program.ts';
import { programs } from '../../tools/programs.ts';
import { NEEDS_VARIABLE, programsAmong } from './needs.ts';
import type { Need } from './needs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What each test file needs, by its path in the project. */
    readonly needs: Readonly<Record<string, Need[]>>;
  }
}

/**
 * Runs before each test file, in its process and before its clock starts: what the file needs has to be there, and every
 * other program of the table is hidden, from this process and from those that it starts. A program's own variable hides it:
 * one that names no file is refused by the resolver, which tells what it names.
 */
const file = path.relative(path.resolve(import.meta.dirname, '../..'), expect.getState().testPath ?? '');
const needed = inject('needs')[file];
if (needed === undefined) throw new Error(`${file} was not there when vitest began`);
const declared = programsAmong(needed);

process.env[NEEDS_VARIABLE] = needed.join(' ');
for (const program of programs) {
  if (program.id === 'git' || declared.includes(program)) continue;
  process.env[variableOf(program)] = `${file} does not say needs('${program.id}') (test/support/needs.ts)`;
}
if (declared.length > 0) {
  const { resolve } = await import('../../tools/resolve.ts');
  for (const program of declared) await resolve(program, { make: false });
}
if (needed.includes('root') && process.getuid?.() !== 0) throw new Error(`${file} needs root`);
// Who asks with an environment of his own is led to the home folder, and from there to the programs that are kept.
if (needed.length === 0) process.env['HOME'] = path.join(tmpdir(), 'appliance-client-unit-tests');
// Who uses this machine is told in a folder of its own: no test makes or reads the real operator's state.
process.env['XDG_STATE_HOME'] = path.join(tmpdir(), 'appliance-client-tests-state');

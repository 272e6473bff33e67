import type { Program } from '../../tools/program.ts';
import { programs, programsFor } from '../../tools/programs.ts';
import type { ProgramId } from '../../tools/programs.ts';

/**
 * What a test may need beyond Node and git, which everybody has: a program of the tools table, or `root` (to mount and to make
 * networks), `built-client` (dist/), `flux-sources` (Flux' Go modules, for its CRDs), `lab` (all of the lab's programs and images).
 */
export type Need = Exclude<ProgramId, 'git'> | 'root' | 'built-client' | 'flux-sources' | 'lab';

/** Names a test file's needs for its support modules, in a test's process; not set in a benchmark or a script. */
export const NEEDS_VARIABLE = 'APPLIANCE_TEST_NEEDS';

/**
 * Says what this module needs; a test file needs what the modules of `test/` need that it imports. Stands at the top of a
 * module with literal words, for it is read without being run (scripts/test-needs.ts): that decides a file's tier, and what is
 * obtained before its clock starts. What is not said here is refused while the file runs.
 */
export function needs(...wanted: readonly [Need, ...Need[]]): void {
  const read = process.env[NEEDS_VARIABLE]?.split(' ');
  const unread = wanted.filter((need) => read?.includes(need) === false);
  if (unread.length === 0) return;
  throw new Error(
    `needs('${unread.join("', '")}') was not seen when the test's imports were read: it has to stand at the top of a module ` +
      'that is imported from the top of another, or by import() with a literal path',
  );
}

/** The programs among the needs, in the table's order; the lab's are those that the table gives it. */
export function programsAmong(needed: readonly Need[]): readonly Program[] {
  const ofLab = needed.includes('lab') ? programsFor(['lab']) : [];
  return programs.filter((program) => ofLab.includes(program) || (program.id !== 'git' && needed.includes(program.id)));
}

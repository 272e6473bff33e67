import { execa } from 'execa';
import { programsAmong } from '../test/support/needs.ts';
import type { Need } from '../test/support/needs.ts';
import { ProgramMissingError } from '../tools/missing.ts';
import type { Program } from '../tools/program.ts';
import { titleOf } from '../tools/program.ts';
import type { ProgramId } from '../tools/programs.ts';
import { duration } from '../tools/progress.ts';
import { resolve } from '../tools/resolve.ts';

/** Needs that are no programs: each makes sure of itself, and says why it cannot be had. Programs are there before. */
const OTHERS: Record<Exclude<Need, ProgramId>, () => Promise<string | null>> = {
  root: async () => (process.getuid?.() === 0 ? null : 'some of these tests mount and make networks: run them as root'),
  'built-client': () => failure(execa('node', ['scripts/build.ts'], { preferLocal: true, all: true })),
  'flux-sources': () => failure(import('../test/flux/crds.ts').then(({ fluxCrds }) => fluxCrds())),
  lab: async () => {
    const { unfit, whyNoContainers } = await import('../lab/machine-check.ts');
    const { imageStore } = await import('../lab/images/store.ts');
    return unfit() ?? (await whyNoContainers()) ?? failure(imageStore(console.log));
  },
};
const isOther = (need: Need): need is keyof typeof OTHERS => Object.hasOwn(OTHERS, need);

/**
 * Makes sure of what the tests of a tier need, and says before what is to be got, and how long that takes.
 * @returns false when something cannot be had; why is told
 */
export async function obtain(tier: string, needed: readonly Need[]): Promise<boolean> {
  if (needed.length === 0) {
    console.log(`\n${tier}, no programs`);
    return true;
  }
  const programs = programsAmong(needed);
  const others = needed.filter(isOther);
  const missing: Program[] = [];
  for (const program of programs) if (!(await isThere(program))) missing.push(program);
  console.log(`\n${tier}; needs ${[...programs.map(({ id }) => id), ...others].join(', ')}: ${stateOf(missing)}`);

  let good = true;
  if (missing.length > 0) {
    const install = ['tools/install.ts', ...missing.map(({ id }) => id)];
    good = (await execa('node', install, { preferLocal: true, stdio: 'inherit', reject: false })).exitCode === 0;
  }
  for (const other of others) {
    const problem = await OTHERS[other]();
    if (problem === null) continue;
    console.error(`${other}: ${problem}`);
    good = false;
  }
  return good;
}

function stateOf(missing: readonly Program[]): string {
  if (missing.length === 0) return 'all programs there';
  const minutes = missing.reduce((sum, program) => sum + program.minutes, 0);
  return `to get: ${missing.map(titleOf).join(', ')} (about ${duration(minutes * 60_000)} if all have to be built)`;
}

async function isThere(program: Program): Promise<boolean> {
  try {
    await resolve(program, { make: false });
    return true;
  } catch (error) {
    if (error instanceof ProgramMissingError) return false;
    throw error;
  }
}

async function failure(work: PromiseLike<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

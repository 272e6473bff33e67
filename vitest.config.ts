import { defineConfig } from 'vitest/config';
import { readTestNeeds, tierOf } from './scripts/test-needs.ts';
import type { Tier } from './scripts/test-needs.ts';

const needs = readTestNeeds();
const filesOf = (tier: Tier) => [...needs].flatMap(([file, needed]) => (tierOf(needed) === tier ? file : []));

/**
 * Three tiers (CONTRIBUTING.md), by what a test file says that it needs. Tests start real servers and share two cores: files run
 * side by side in two processes, tests in a file one by one. A lab is a whole appliance: one at a time, after everything else.
 * The files of `unit` share their processes, which saves a third of the time; some of them mostly wait, so two more are at work.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } },
    setupFiles: ['test/support/only-what-is-needed.ts'],
    provide: { needs: Object.fromEntries([...needs].map(([file, needed]) => [file, [...needed]])) },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: filesOf('unit'),
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'parts', include: filesOf('parts'), sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: { name: 'lab', include: filesOf('lab'), maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});

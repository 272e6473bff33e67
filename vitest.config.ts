import { defineConfig } from 'vitest/config';

/**
 * Tests start real servers and share two cores: files run side by side in two processes, tests in a file one by one.
 * A lab is a whole appliance: one at a time, after everything else.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } },
    reporters: process.env['CI'] ? ['dot', ['json', { outputFile: 'dist/test-results.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'lab', include: ['test/lab/**/*.test.ts'], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** Tests start real servers and share two cores: files run side by side in two processes, tests in a file one by one. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } },
    reporters: process.env['CI'] ? ['dot', ['json', { outputFile: 'dist/test-results.json' }]] : ['default'],
  },
});

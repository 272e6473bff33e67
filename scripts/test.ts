import { readFile, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { z } from 'zod';

/**
 * Everything that must hold before a change lands: `npm test`. Static checks count as tests; the last line says how many
 * passed and how many failed. Words after `--` go to vitest, for a part of the tests.
 */
const RESULTS = 'dist/test-results.json';
const { positionals } = parseArgs({ allowPositionals: true });

const CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'directions of imports', command: ['node', 'scripts/check-imports.ts'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'unused code and dependencies', command: ['knip'] },
  { name: 'build', command: ['node', 'scripts/build.ts'] },
];

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  numPendingTests: z.number(),
  success: z.boolean(),
});

let passed = 0;
let failed = 0;

const run = (command: readonly string[]) => {
  const [file = '', ...rest] = command;
  return execa(file, rest, { preferLocal: true, stdio: 'inherit', reject: false });
};
const count = (ok: boolean, name: string): void => {
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? 'passed' : 'FAILED'}: ${name}`);
};

if (positionals.length === 0) {
  for (const { name, command } of CHECKS) count((await run(command)).exitCode === 0, name);
}
const programs = await run(['node', 'tools/install.ts', '--for', 'tests', '--for', 'lab']);
count(programs.exitCode === 0, 'programs the tests need');

await rm(RESULTS, { force: true });
const vitest = await run([
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${RESULTS}`,
  ...positionals,
]);
const text = await readFile(RESULTS, 'utf8').catch(() => null);
const results = report.safeParse(text === null ? null : JSON.parse(text));
if (results.success) {
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, success } = results.data;
  passed += numPassedTests;
  failed += numFailedTests + numPendingTests;
  if (numFailedTests === 0 && (numFailedTestSuites > 0 || !success || vitest.exitCode !== 0))
    count(false, 'a test file that could not run');
} else {
  count(false, 'vitest, which left no result');
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

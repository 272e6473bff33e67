import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { createVitest } from 'vitest/node';
import { z } from 'zod';
import { obtain } from './obtain.ts';
import { TIERS, readTestNeeds } from './test-needs.ts';
import type { Tier } from './test-needs.ts';

const USAGE = `npm test [-- [--tier ${TIERS.join('|')}] [-u] [part of a test file's path]...]`;

/**
 * Everything that must hold before a change lands: `npm test`. Static checks count as tests; the last line says how many
 * passed and how many failed. Words after `--` are parts of the paths of test files, for a part of the tests; `--tier` is one of
 * the tiers of vitest.config.ts, and `-u` writes golden files anew. What a tier's files need is obtained before they run, and told before that.
 */
const { positionals, tier: onlyTier, update } = wordsOf(process.argv.slice(2));

const CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'directions of imports', command: ['node', 'scripts/check-imports.ts'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'unused code and dependencies', command: ['knip'] },
  { name: 'build', command: ['node', 'scripts/build.ts'] },
];

const report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/** More failing files than these are no matter of load. */
const MOST_RUN_AGAIN = 4;

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

if (positionals.length === 0 && onlyTier === undefined) {
  for (const { name, command } of CHECKS) count((await run(command)).exitCode === 0, name);
}
const files = await chosenFiles();
const tiers = TIERS.filter((tier) => (onlyTier ?? tier) === tier && files[tier].length > 0);
if (tiers.length === 0) count(false, `a test file: none is chosen by ${process.argv.slice(2).join(' ')}`);
const needs = readTestNeeds();
for (const tier of tiers) {
  const needed = new Set(files[tier].flatMap((file) => [...(needs.get(file) ?? [])]));
  const many = files[tier].length === 1 ? '1 file' : `${files[tier].length} files`;
  const got = await obtain(`${tier}: ${many}`, [...needed].toSorted());
  if (needed.size > 0) count(got, `what the tests of ${tier} need`);
  await runTier(tier);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** The test files that the words choose, as vitest understands them. */
async function chosenFiles(): Promise<Record<Tier, string[]>> {
  const vitest = await createVitest('test', { watch: false });
  const specifications = await vitest.globTestSpecifications(positionals);
  await vitest.close();
  const of = (tier: Tier) =>
    specifications.filter(({ project }) => project.name === tier).map(({ moduleId }) => path.relative('.', moduleId));
  return { unit: of('unit'), parts: of('parts'), lab: of('lab') };
}

/**
 * Runs a tier and counts its tests. Tests of real servers share two cores and real time: where few files fail, these run once
 * more, alone, and what they say then counts. What was not steady is told, since it is a fault of the test or of the product.
 */
async function runTier(tier: Tier): Promise<void> {
  const first = await runVitest(tier, positionals);
  if (first === null) {
    count(false, 'vitest, which left no result');
    return;
  }
  const failing = first.testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => path.relative('.', name));
  const again =
    failing.length > 0 && failing.length <= MOST_RUN_AGAIN ? await runVitest(tier, failing, '--maxWorkers=1') : null;
  const second = new Map(again?.testResults.map((result) => [result.name, result]));
  const results = first.testResults.map((result) => second.get(result.name) ?? result);
  const told = (status: string) =>
    results.flatMap(({ assertionResults }) => assertionResults.filter((one) => one.status === status)).length;
  const failedTests = told('failed');
  passed += told('passed');
  failed += failedTests + results.reduce((sum, { assertionResults }) => sum + unrun(assertionResults), 0);
  const unread = results.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  for (const { name } of unread) count(false, `${path.relative('.', name)}, which could not run`);
  const last = again ?? first;
  if (failedTests === 0 && unread.length === 0 && (!last.success || last.exitCode !== 0))
    count(false, 'vitest, which says no more');
  for (const name of failing.filter(
    (file) => !results.some((one) => one.status === 'failed' && one.name.endsWith(file)),
  ))
    console.log(`NOT STEADY: ${name} failed beside others and passed alone`);
}

/** The tests that neither passed nor failed: skipped ones and those still to be written count as failed. */
function unrun(assertions: readonly { readonly status: string }[]): number {
  return assertions.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
}

/** What vitest reports of the tests of a tier in `words`' files (all, if there are none); null if it left no result. */
async function runVitest(tier: Tier, words: readonly string[], ...more: readonly string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'test-results-'));
  const file = path.join(folder, 'results.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const updating = update ? ['-u'] : [];
  const vitest = await run(['vitest', 'run', '--project', tier, ...reporters, ...updating, ...more, ...words]);
  const text = await readFile(file, 'utf8').catch(() => null);
  await rm(folder, { recursive: true });
  const results = report.safeParse(text === null ? null : JSON.parse(text));
  return results.success ? { ...results.data, exitCode: vitest.exitCode } : null;
}

/** Exits with 2 and the usage for unknown words. */
function wordsOf(argv: readonly string[]): { positionals: string[]; tier: Tier | undefined; update: boolean } {
  try {
    const { positionals: paths, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        tier: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        update: { type: 'boolean', short: 'u' },
      },
    });
    const tier = TIERS.find((known) => known === values.tier);
    const wrong =
      values.tier !== undefined && tier === undefined
        ? `--tier ${values.tier}: there are ${TIERS.join(', ')}`
        : paths.find((one) => /:\d+$/.test(one))?.concat(': a line cannot be chosen, only files');
    if (values.help !== true && wrong === undefined)
      return { positionals: paths, tier, update: values.update === true };
    if (wrong !== undefined) console.error(`${wrong}\n`);
    console.error(USAGE);
    process.exit(values.help === true ? 0 : 2);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { z } from 'zod';
import { BREAKS, MOST_STORIES, foundAt } from '../test/workflows/fake/breaks.ts';
import { ROWS, cell, documentOf, failuresIn, isOfTakeovers, proof, proofOf, withTakeovers } from './proof/cells.ts';
import type { Proof } from './proof/cells.ts';
import { bundle, playStruck, playUndisturbed } from './proof/play.ts';

/**
 * `npm run proof [-- --shard K/N] [--at-once M] [--takeovers] [--breaks]`: kills worker, server and both around every step of an install,
 * has another operator take it over there, and writes down what came of it: docs/proof.json and docs/durability.md. What was played of
 * this commit lies in dist/proof/ and is not played again, so that it goes on where it was stopped; once every row is there, by whichever
 * shard, the documents are written. With `--takeovers` only those installs are played, and the other cells stay as they were.
 * Faults are put into the workflow, too, to see which story finds them; with `--breaks` that is all, and the cells stay as they were.
 * Ends with 1 when a cell did not hold, or a fault was not found.
 */
const { values } = parseArgs({
  options: {
    shard: { type: 'string', default: '1/1' },
    'at-once': { type: 'string', default: '3' },
    takeovers: { type: 'boolean', default: false },
    breaks: { type: 'boolean', default: false },
  },
});
const [shard = 0, shards = 0] = values.shard.split('/').map(Number);
const atOnce = Number(values['at-once']);
if (!(shard >= 1 && shard <= shards && atOnce >= 1)) {
  console.error('npm run proof [-- --shard K/N, from 1/N to N/N] [--at-once M] [--takeovers] [--breaks]');
  process.exit(2);
}
const root = join(import.meta.dirname, '..');
const proofFile = join(root, 'docs', 'proof.json');
const known = async (): Promise<Proof> => proof.parse(JSON.parse(await readFile(proofFile, 'utf8')));
if (values.breaks) await end({ ...(await known()), breaks: await findBreaks() });
const { stdout: commit } = await execa('git', ['rev-parse', 'HEAD'], { cwd: root });
const folder = join(root, 'dist', 'proof', commit);
await mkdir(folder, { recursive: true });
const endedRow = z.array(z.strictObject({ cell, wrong: z.string().nullable() }));
const rowFile = (row: number): string => join(folder, `row-${row + 1}.json`);
const kept = async (row: number) => {
  const text = await readFile(rowFile(row), 'utf8').catch(() => null); // not played yet
  return text === null ? null : endedRow.parse(JSON.parse(text));
};

const asked = [...ROWS.keys()].filter((row) => !values.takeovers || isOfTakeovers(ROWS[row] ?? []));
const mine = asked.filter((row) => row % shards === shard - 1);
const missing: number[] = [];
for (const row of mine) if ((await kept(row)) === null) missing.push(row);
if (missing.length > 0) {
  const workflows = await bundle(folder);
  const whole = await playUndisturbed(workflows);
  const playOn = async (): Promise<void> => {
    for (let row = missing.shift(); row !== undefined; row = missing.shift()) {
      const begun = Date.now();
      const ended = await playStruck(workflows, ROWS[row] ?? [], whole);
      await writeFile(rowFile(row), JSON.stringify(ended));
      const failed = ended.filter(({ wrong }) => wrong !== null).length;
      console.log(
        `install ${row + 1} of ${ROWS.length}: ${ended.length - failed} of ${ended.length} cells held, ${Math.round((Date.now() - begun) / 1000)} s`,
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, playOn));
}
const rows = await Promise.all(asked.map(kept));
const left = rows.filter((row) => row === null).length;
if (left > 0) {
  console.log(`${left} installs are left to other shards: docs/ is written once they have been played here`);
  process.exit(0);
}
const ended = rows.flatMap((row) => row ?? []);
const now = proofOf(commit, new Date().toISOString().slice(0, 10), ended, await findBreaks());
await end(values.takeovers ? { ...withTakeovers(await known(), now), breaks: now.breaks } : now);

async function findBreaks(): Promise<Proof['breaks']> {
  const breaks: Proof['breaks'] = [];
  for (const one of BREAKS) {
    const seed = await foundAt(one, MOST_STORIES);
    breaks.push({ what: one.what, rule: one.rule, seed });
    console.log(`${seed === null ? 'not found' : `found in story ${seed}`}: ${one.what}`);
  }
  return breaks;
}

async function end(proven: Proof): Promise<never> {
  await writeFile(proofFile, `${JSON.stringify(proven, null, 2)}\n`);
  await writeFile(join(root, 'docs', 'durability.md'), documentOf(proven));
  const failures = failuresIn(proven);
  for (const failure of failures) console.error(failure);
  console.log(`docs/durability.md is written: ${failures.length} faults`);
  process.exit(failures.length === 0 ? 0 : 1);
}

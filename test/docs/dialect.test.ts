import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anywhere, adviceText } from '../../model/render-advice.ts';
import type { InstallThere } from '../../model/render-advice.ts';
import { blockerDocs } from '../../scripts/blocker-docs.ts';
import { NOW } from '../diagnosis/appliance.ts';
import { CASES, snapshotOf } from '../diagnosis/corpus/corpus.ts';
import { dialectIn, proseOf } from '../support/dialect.ts';
import { diagnose } from '../support/diagnosed.ts';

const ROOT = join(import.meta.dirname, '../..');

async function filesOf(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: ROOT, exclude: ['node_modules', 'dist', '.git'] })) found.push(file);
  return found.toSorted();
}

const DOCUMENTS = await filesOf('**/*.md');
const GOLDEN = await filesOf('test/**/golden/*');

test('the patterns find the old words and leave good English alone', () => {
  for (const old of [
    'It looks again by itself.',
    'a look at the node',
    'mend what they name',
    'told apart',
    'no install was ever begun here',
    'the configuration is handed over',
    'it goes on without a worker',
    'what stands in the way',
    'it would wait for ever',
    'an install runs already, and its inputs are others than these',
    'there is no release 9; there are: 1.0',
    'the file is gone',
    'make a new key',
  ])
    expect(dialectIn(old), old).not.toEqual([]);
  for (const good of [
    'a failure that looks like progress',
    '-----BEGIN CERTIFICATE-----',
    'the hand-over is recorded first',
    'the lookup of ghcr.io fails',
    'make a copy; it takes up to 5 minutes',
    'the beginner, the recommended value, a forerunner',
    'part of a command',
  ])
    expect(dialectIn(good), good).toEqual([]);
});

test('what is quoted in a document is left alone, a comment in a block of shell is not', () => {
  const text = '`told` and\n```text\nlook at it\n```\n```sh\nstatus  # what to mend\n```\n[it](#goes-on)\n';
  expect(dialectIn(proseOf(text))).toEqual([expect.stringContaining('mend')]);
});

describe('documents', () => {
  test.each(DOCUMENTS)('%s', async (file) => {
    expect(dialectIn(proseOf(await readFile(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  test('docs/blockers.md, as it is generated now', () => {
    expect(dialectIn(proseOf(blockerDocs()))).toEqual([]);
  });
});

describe('golden outputs', () => {
  test.each(GOLDEN)('%s', async (file) => {
    expect(dialectIn(await readFile(join(ROOT, file), 'utf8'))).toEqual([]);
  });
});

const SITUATIONS: readonly InstallThere[] = ['attended', 'unattended', 'over', 'check', 'elsewhere', 'unknown'];

test('what the rules say of every case of the corpus, wherever it is read', () => {
  const said = new Set(
    CASES.filter(({ where }) => !where.startsWith('text ')).flatMap((one) =>
      diagnose(snapshotOf(one), { now: new Date(NOW) }).blockers.flatMap((blocker) => [
        // A reason may quote the message: what others wrote is theirs.
        `${blocker.code}: ${blocker.reason.replaceAll(one.message, '')}`,
        ...SITUATIONS.map((install) => `${blocker.code}: ${adviceText(blocker, anywhere('berlin', install))}`),
      ]),
    ),
  );
  expect([...said].flatMap(dialectIn)).toEqual([]);
});

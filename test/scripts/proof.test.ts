import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { STEPS } from '../../model/steps/index.ts';
import { MOMENTS, ROWS, VICTIMS, documentOf, failuresIn, proof, proofOf } from '../../scripts/proof/cells.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const proven = async () => proof.parse(JSON.parse(await readFile(join(DOCS, 'proof.json'), 'utf8')));

describe('docs/proof.json', () => {
  test('proves every step of an install, and names no failure', async () => {
    expect(failuresIn(await proven())).toEqual([]);
  });

  test('is what docs/durability.md shows', async () => {
    expect(await readFile(join(DOCS, 'durability.md'), 'utf8')).toBe(documentOf(await proven()));
  });
});

describe('a proof', () => {
  test('strikes every step in every way, and each once in an install', () => {
    const cells = ROWS.flat().map(({ step, moment, victim }) => `${step} ${moment} ${victim}`);
    expect(new Set(cells).size).toBe(STEPS.length * MOMENTS.length * VICTIMS.length);
    for (const row of ROWS) expect(new Set(row.map(({ step }) => step)).size).toBe(STEPS.length);
  });

  test('names what did not hold, and what was not played', () => {
    const [first, ...others] = ROWS.flat();
    if (!first) throw new Error('there is no cell');
    const ended = [{ cell: first, wrong: 'done more than once: bootstrap' }];
    const failures = failuresIn(proofOf('c0ffee', '2026-05-01', ended, []));
    expect(failures).toHaveLength(others.length + 1);
    expect(failures[0]).toBe('checkEverything, worker killed before: done more than once: bootstrap');
    expect(failures[1]).toContain('not proven');
    const held = ROWS.flat().map((cell) => ({ cell, wrong: null }));
    const fault = { what: 'a pause is forgotten', rule: 'a pause is in force' };
    expect(failuresIn(proofOf('c0ffee', '2026-05-01', held, [{ ...fault, seed: 7 }]))).toEqual([]);
    expect(failuresIn(proofOf('c0ffee', '2026-05-01', held, [{ ...fault, seed: null }]))).toEqual([
      'no story finds this fault: a pause is forgotten',
    ]);
  });
});

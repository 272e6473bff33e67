import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { proof } from '../../scripts/proof/cells.ts';
import { BREAKS, brokenBy } from './fake/breaks.ts';

/** The rules of properties.test.ts see a fault when there is one: each is put into the code, and its story is played. */
const { breaks } = proof.parse(
  JSON.parse(await readFile(join(import.meta.dirname, '..', '..', 'docs', 'proof.json'), 'utf8')),
);

describe('put into the code', () => {
  test.each(BREAKS.map((one) => [one.what, one] as const))('%s: found', async (what, one) => {
    const seed = breaks.find((found) => found.what === what && found.rule === one.rule)?.seed;
    if (typeof seed !== 'number') return expect.fail('docs/proof.json knows no story: `npm run proof -- --breaks`');
    expect(await brokenBy(one, seed), 'another story may find it: `npm run proof -- --breaks`').toContain(one.rule);
  });
});

test('docs/durability.md tells of no fault that is not put in', () => {
  expect(breaks.map(({ what }) => what)).toEqual(BREAKS.map(({ what }) => what));
});

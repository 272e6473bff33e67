import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diagnose } from '../../diagnosis/index.ts';
import { casesIn } from './appliances/case.ts';
import { faultsOf } from './appliances/judge.ts';

const CASES = casesIn(join(import.meta.dirname, 'appliances'));

it.each(CASES)('%s', (_name, one) => {
  const told = diagnose(one.snapshot, { now: new Date(one.snapshot.takenAt) });
  expect(faultsOf(one, told)).toEqual([]);
});

it('there are cases of every kind of answer that can mislead', () => {
  const kinds = new Set(CASES.map(([name]) => name.slice(0, 1)));
  expect([...kinds].toSorted().join('')).toBe('ABCDEFGHIJKLMNOPQRS');
});

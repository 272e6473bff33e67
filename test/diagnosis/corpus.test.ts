import { describe, expect, it } from 'vitest';
import { BLOCKER_CODES, type BlockerCode } from '../../model/blocker.ts';
import { classifyText } from '../../diagnosis/index.ts';
import { diagnose } from '../support/diagnosed.ts';
import { NOW } from './appliance.ts';
import type { Case } from './corpus/case.ts';
import { CASES, isHeldOut, snapshotOf } from './corpus/corpus.ts';
import { NEAR_MISSES } from './corpus/near.ts';

/** Codes that no message names: they are found by comparing things, and their owners raise them. */
const RAISED_BY_CODE: readonly BlockerCode[] = [
  'foreign-cluster',
  'operator-clock-skew',
  'release-invalid',
  'input-invalid',
  'confirmation-needed',
  'site-held-elsewhere',
  'flux-suspended',
  'release-objects-missing',
  'scaled-to-zero',
  'site-folder-missing',
  'unknown-failure',
];

function answers(one: Case): string[] {
  if (one.where.startsWith('text ')) {
    const found = classifyText(one.message, {
      source: one.where.slice(5),
      object: 'this machine',
      component: 'operator',
      tier: 'platform',
      at: new Date(NOW).toISOString(),
    });
    return found ? [found.code] : [];
  }
  return diagnose(snapshotOf(one), { now: new Date(NOW) }).blockers.map((blocker) => blocker.code);
}

const share = (cases: readonly Case[]) => cases.filter((one) => answers(one).join() === one.code).length / cases.length;

describe('messages that were really said', () => {
  it.each(CASES.filter((one) => !isHeldOut(one)).map((one) => [one.code, one.title, one] as const))(
    '%s, %s',
    (code, _title, one) => {
      expect(answers(one)).toEqual([code]);
    },
  );

  it('knows at least 95 % of those that were held back while the rules were written', () => {
    const held = CASES.filter(isHeldOut);
    expect(held.length).toBeGreaterThan(CASES.length / 4);
    expect(share(held)).toBeGreaterThanOrEqual(0.95);
  });

  it('has three cases or more of every code that a message can name, each with its source', () => {
    const counts = Map.groupBy(CASES, (one) => one.code);
    const codes = Object.values(BLOCKER_CODES)
      .flat()
      .filter((code) => !RAISED_BY_CODE.includes(code));
    expect(codes.filter((code) => (counts.get(code)?.length ?? 0) < 3)).toEqual([]);
    expect(CASES.filter((one) => one.source.length < 4)).toEqual([]);
    expect(CASES.length).toBeGreaterThanOrEqual(200);
  });

  it('has no case twice, and a title of one line for each that no other of its code has', () => {
    const twice = (names: readonly string[]) => names.filter((name, at) => names.indexOf(name) !== at);
    const near = NEAR_MISSES.map(([, one]) => one);
    const titles = [...CASES, ...near].map((one) => one.title);
    expect(twice(CASES.map((one) => JSON.stringify({ ...one, title: '' })))).toEqual([]);
    expect(twice(CASES.map((one) => `${one.code}, ${one.title}`))).toEqual([]);
    expect(twice(near.map((one) => one.title))).toEqual([]);
    expect(titles.filter((title) => !/^\S.{8,68}\S$/u.test(title))).toEqual([]);
  });
});

describe('near misses', () => {
  it.each(NEAR_MISSES.map(([not, one]) => [not, one.code, one.title, one] as const))(
    'not %s, but %s: %s',
    (_not, code, _title, one) => {
      expect(answers(one)).toEqual([code]);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { classifyText } from '../../diagnosis/index.ts';
import { matchText } from '../../diagnosis/classify.ts';
import type { Domain } from '../../diagnosis/rule.ts';
import { RULES } from '../../diagnosis/rules/table.ts';
import { diagnose } from '../support/diagnosed.ts';
import { appliance, NOW } from './appliance.ts';
import { crashing } from './faults.ts';

const SIZE = 64 * 1024;

/** Units that a careless repetition takes for ever to refuse, whatever the words around it. */
const RUNS = [
  'a',
  '0',
  'a-',
  'A.',
  '1.',
  '-',
  '/',
  'a/',
  'a/a:',
  'a:',
  '"',
  "'",
  '[',
  '\\',
  ' ',
  '\n',
  ' \n',
  ': ',
  'a ',
];

/** The fixed words of every wording: alone, and before a run of what their classes take. */
function wordsOf(pattern: RegExp): string[] {
  return pattern.source
    .replaceAll(/\(\?<\w+>|\(\?[:!=<]+|\\[bBsSdDwW]|\[[^\]]*\]|\{[^}]*\}/g, '|')
    .replaceAll(/\\(.)/g, '$1')
    .split(/[|()^$?*+.]+/)
    .map((one) => one.trim())
    .filter((one) => one.length > 3);
}

const fill = (unit: string, size = SIZE) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

/** Processor time, in milliseconds: what else the machine does meanwhile is not counted. */
function millisecondsFor(work: () => unknown): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** The best of some: collecting garbage only ever adds. */
function best(work: () => unknown, tries = 3): number {
  return Math.min(...Array.from({ length: tries }, () => millisecondsFor(work)));
}

/** A disturbed measurement is made again. */
function slow(shapes: Iterable<string>, work: (text: string) => unknown, most: number): string[] {
  const found: string[] = [];
  for (const text of shapes) {
    if (millisecondsFor(() => work(text)) <= most) continue;
    const again = best(() => work(text), 5);
    if (again > most) found.push(`${JSON.stringify(text.slice(0, 60))}: ${again.toFixed(0)} ms`);
  }
  return found;
}

describe('hostile text takes no longer than other text', () => {
  const domains = [...new Set(RULES.flatMap((rule) => rule.domains))];

  it.each(domains)('runs of 64 KB in %s', (domain) => {
    // The figure is 50 ms on a machine that does nothing else.
    expect(
      slow(
        RUNS.map((unit) => fill(unit)),
        (text) => matchText(domain, text),
        150,
      ),
    ).toEqual([]);
  });

  // Each wording by itself, so that a slow one is named, and over what matchText never cuts.
  const regexps = RULES.flatMap((rule) => [
    ...rule.wordings.map(({ pattern }) => ({ rule, pattern })),
    ...(rule.unless ? [{ rule, pattern: rule.unless }] : []),
  ]);

  it('every wording, over what its own words make', () => {
    const size = 16 * 1024;
    const far = regexps.flatMap(({ rule, pattern }) => {
      const words = wordsOf(pattern);
      const units = [...RUNS, ...words.flatMap((word) => [word, `${word} `])];
      const shapes = [
        ...units.map((unit) => fill(unit, size)),
        ...words.flatMap((word) => ['a', ':', '/'].map((run) => `${word} ${fill(run, size)}`)),
      ];
      return slow(shapes, (text) => pattern.test(text), 25).map((one) => `${rule.code}: ${one}`);
    });
    expect(far).toEqual([]);
  });
});

describe('the log of a program that crashes', () => {
  const units = [...RUNS.filter((unit) => !unit.includes('\n')), 'seed ', 'relation "', 'a.b.svc ', 'users '];

  it.each(units)('40 lines of %j', (unit) => {
    const log = Array.from({ length: 40 }, (_, n) => `error ${n} ${fill(unit, 8000)}x`).join('\n');
    const picture = appliance(crashing('alga-core', log));
    const work = () => diagnose(picture, { now: new Date(NOW) });
    const took = best(work, 2);
    expect(took > 800 ? best(work, 3) : took).toBeLessThan(800);
  });
});

describe('a long text is read at both ends', () => {
  const said = 'dial tcp: lookup ghcr.io on 192.0.2.53:53: no such host';
  const place = { tier: 'core', component: 'x', object: 'x', at: '2026-05-30T00:00:00Z', source: 'registry' } as const;
  const domain: Domain = 'registry';

  it.each([
    ['at the beginning of a megabyte', `${said}\n${'x '.repeat(500_000)}`],
    ['at the end of a megabyte', `${'x '.repeat(500_000)}\n${said}`],
    ['in the middle of an ordinary length', `${'x '.repeat(4_000)}\n${said}\n${' x'.repeat(4_000)}`],
  ])('%s', (_where, text) => {
    expect(matchText(domain, text)).toMatchObject({
      rule: { code: 'dns-resolution-failure' },
      facts: { host: 'ghcr.io' },
    });
    expect(classifyText(text, place)?.code).toBe('dns-resolution-failure');
  });
});

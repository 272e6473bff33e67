import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paint } from '../../client/terminal/style.ts';
import type { Style, Tone } from '../../client/terminal/style.ts';
import { table } from '../../client/terminal/table.ts';
import { columnsOf, cut, hang, pad, wrap } from '../../client/terminal/text.ts';

/**
 * How many columns a terminal gives to each of these: East Asian Width (Unicode UAX #11) where wide and fullwidth take two, combining
 * marks and joiners none, an emoji sequence two. Written down here, so that the library is not measured with itself.
 */
const WIDTHS: readonly (readonly [text: string, columns: number, what: string])[] = [
  ['db-0', 4, 'ASCII'],
  ['データベース', 12, 'katakana'],
  ['数据库', 6, 'Han'],
  ['서울', 4, 'Hangul syllables'],
  ['ﾃﾞｰﾀ', 4, 'halfwidth katakana with a voicing mark'],
  ['ＡＢ', 4, 'fullwidth Latin'],
  ['Mu\u0308nchen', 7, 'a combining diaeresis'],
  ['e\u0301\u0323', 1, 'two combining marks on one letter'],
  ['İstanbul', 8, 'precomposed Latin'],
  ['🚀', 2, 'an emoji'],
  ['👩\u200d💻', 2, 'an emoji of two, joined'],
  ['👨\u200d👩\u200d👧', 2, 'an emoji of three, joined'],
  ['🇩🇪', 2, 'a flag of two regional indicators'],
  ['👍🏽', 2, 'an emoji with a skin tone'],
  ['❤\ufe0f', 2, 'a sign that a selector makes an emoji'],
  ['a\u200cb', 2, 'a zero-width non-joiner'],
  ['±½', 2, 'ambiguous, narrow outside of East Asia'],
];
const COLOUR: Style = { color: true, unicode: true, width: 120 };
const TONES: readonly Tone[] = ['good', 'bad', 'warn', 'strong', 'plain'];
/** One complete sequence that sets a colour or ends one. */
// oxlint-disable-next-line no-control-regex
const SEQUENCE = /\u001b\[[0-9;]*m/g;

test.each(WIDTHS)('%j takes %i columns: %s', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
  expect(columnsOf(paint(COLOUR, 'bad', text))).toBe(columns);
  expect(pad(paint(COLOUR, 'bad', text), 14)).toBe(paint(COLOUR, 'bad', text) + ' '.repeat(14 - columns));
});

test('a table lines up whatever the names in it are made of', () => {
  const rows = WIDTHS.map(([text], index) => [
    { text, tone: TONES[index % TONES.length] ?? 'plain' },
    { text: '|second' },
    { text: '|third' },
  ]);
  const lines = table(COLOUR, ['NAME', '|SECOND', '|THIRD'], rows).map((line) => stripVTControlCharacters(line));
  const starts = lines.slice(1).map((line, index) => {
    const [text = '', columns = 0] = WIDTHS[index] ?? [];
    expect(line.startsWith(text)).toBe(true);
    const rest = line.slice(text.length);
    return [columns + rest.indexOf('|second'), columns + rest.indexOf('|third')];
  });
  const widest = Math.max(...WIDTHS.map(([, columns]) => columns));
  for (const start of starts) expect(start).toEqual([widest + 2, widest + 2 + '|SECOND'.length + 2]);
  expect(lines[0]?.indexOf('|SECOND')).toBe(widest + 2);
});

test('what is cut ends before the width, and no character of two columns or mark is divided', () => {
  const style = { ...COLOUR, color: false };
  expect(cut(style, '数据库数据库', 6)).toBe('数据…');
  expect(cut(style, '数据库数据库', 7)).toBe('数据库…');
  expect(cut(style, '数据库', 2)).toBe('…');
  expect(cut(style, 'Mu\u0308nchen', 3)).toBe('Mü…');
  expect(cut(style, '👨\u200d👩\u200d👧👨\u200d👩\u200d👧', 3)).toBe('👨\u200d👩\u200d👧…');
});

describe('wrapping at 80 columns', () => {
  const piece = fc
    .array(fc.constantFrom(...WIDTHS), { minLength: 1, maxLength: 6 })
    .map((parts) => ({
      text: parts.map(([text]) => text).join(''),
      columns: parts.reduce((sum, [, columns]) => sum + columns, 0),
    }))
    // Of flags or joined signs that touch, where one ends is not a matter of columns.
    .filter(({ text }) => !/(?:🇩🇪){2}|\u200b/u.test(text));
  const word = fc.tuple(piece, fc.constantFrom(...TONES));

  test('never divides an escape sequence, loses nothing, and keeps to the width', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        const text = words.map(([{ text: one }, tone]) => paint(COLOUR, tone, one)).join(' ');
        const plain = words.map(([{ text: one }]) => one);
        const known = new Map(words.map(([one]) => [one.text.normalize('NFD'), one.columns]));
        const lines = wrap(text, 80);
        const bare = lines.map((line) => line.replaceAll(SEQUENCE, ''));
        expect(bare.join(' ').normalize('NFD').split(' ')).toEqual(plain.map((one) => one.normalize('NFD')));
        for (const [index, line] of bare.entries()) {
          expect(line).not.toMatch(/\p{Cc}/u);
          const columns = line
            .split(' ')
            .reduce((sum, one) => sum + (known.get(one.normalize('NFD')) ?? Number.NaN) + 1, -1);
          expect(columns).toBeLessThanOrEqual(80);
          // A colour does not run into the margin of the next line.
          expect(open(lines[index] ?? '')).toBe(0);
        }
      }),
      { seed: 57, numRuns: 300 },
    );
  });

  /** How many colours a line begins and does not end. */
  function open(line: string): number {
    // oxlint-disable-next-line no-control-regex
    const codes = [...line.matchAll(/\u001b\[(\d+)m/g)].map(([, code]) => Number(code));
    return codes.reduce((sum, code) => sum + ([0, 22, 39].includes(code) ? -1 : 1), 0);
  }

  test('a command stays in one piece, however long, so that it can be copied', () => {
    const command = `--repo-url=https://git.example.com/${'x'.repeat(90)}`;
    expect(wrap(`Run ${command} now`, 80)).toEqual(['Run', command, 'now']);
    expect(hang({ ...COLOUR, width: 80 }, '→ ', `Run ${command} now`)).toEqual(['→ Run', `  ${command}`, '  now']);
  });

  test('a pipe has no width', () => {
    const text = 'word '.repeat(100).trim();
    expect(wrap(text, Number.POSITIVE_INFINITY)).toEqual([text]);
  });
});

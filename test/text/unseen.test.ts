import { describe, expect, test } from 'vitest';
import { asciiControls, cleanLines } from '../../client/terminal/text.ts';
import { harmless } from '../../model/render-advice.ts';
import { plainText } from '../../status-service/pages/plain-text.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

const KINDS = {
  'C0 without tab, line feed, carriage return and escape': [
    ...range(0x00, 0x08),
    0x0b,
    0x0c,
    ...range(0x0e, 0x1a),
    ...range(0x1c, 0x1f),
  ],
  'delete and C1 that begins no sequence': range(0x7f, 0x9f).filter(
    (one) => ![0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f].includes(one),
  ),
  direction: [0x061c, 0x200e, 0x200f, ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)],
  'zero width': [0x00ad, 0x180e, 0x200b, ...range(0x2060, 0x2064), ...range(0x206a, 0x206f), 0xfeff],
  'line and paragraph separators': [0x2028, 0x2029],
  tags: [0xe0001, ...range(0xe0020, 0xe007f)],
};

describe.each(Object.entries(KINDS))('characters that show nothing: %s', (_, points) => {
  test.each(points.map((point) => [point.toString(16), String.fromCodePoint(point)]))('U+%s', (_hex, one) => {
    const text = `a${one}b`;
    expect([harmless(text), cleanLines(text), plainText(text)]).toEqual(['ab', 'ab', 'a\uFFFDb']);
    const json = asciiControls(JSON.stringify(text));
    expect(json).toMatch(/^[ -~]*$/);
    expect(JSON.parse(json)).toBe(text);
  });
});

/** What begins a sequence of a terminal goes with its sequence, and never stays alone. */
test.each(['\u001b[31m', '\u009b31m', '\u001b]0;title\u0007', '\u001b', '\u009b', '\u009d', '\u0090', '\u0098', '\r'])(
  'what moves a cursor or sets a colour is shown by none: %j',
  (one) => {
    for (const shown of [harmless, cleanLines, plainText].map((cleaner) => cleaner(`a${one}\nb`)))
      // oxlint-disable-next-line no-control-regex
      expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  },
);

test.each(['two\nlines\tand a tab', 'Zoë, Łódź, 東京, \u0601\u0661, 👍🏽', 'e\u0301', '👩\u200d💻', 'می\u200cخواهم'])(
  'what is seen stays as it is: %s',
  (text) => {
    expect([harmless(text), cleanLines(text), plainText(text)]).toEqual([text, text, text]);
  },
);

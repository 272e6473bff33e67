import { replaceUnseen } from '../text/unseen.ts';

/** Colours and other orders to a terminal: CSI, OSC (which ends with BEL, ST or the line), and the two-character ones. */
const ESCAPES =
  // oxlint-disable-next-line no-control-regex
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b\n]*(?:\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]?/g;

/** Colours as a program writes them that quotes what another one printed: `\u001b[31m`, `\x1b[0m`, `\033[1m`, `#033[1m`. */
const QUOTED_COLOURS = /(?:\\{1,8}(?:u001[bB]|x1[bB]|033|e)|#033)\[[0-9;]{0,32}m/g;

/** Joiners between printable ASCII characters join nothing: they can only divide a word. */
const IDLE_JOINERS = /(?<=[!-~])[\u200c\u200d](?=[!-~])/g;

/** A text without colours and other orders to a terminal, also as a program quotes them that prints what another one said. */
export function withoutColours(text: string): string {
  return text.replaceAll(ESCAPES, '').replaceAll(QUOTED_COLOURS, '');
}

/**
 * A text as it is read, so that no colour or invisible character divides a secret. Line ends are `\n`. Time grows with the length
 * alone.
 */
export function plainText(text: string): string {
  const plain = withoutColours(text.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n'));
  return replaceUnseen(plain, () => '')
    .replaceAll(IDLE_JOINERS, '')
    .replaceAll(COMPATIBLE, (form) => form.normalize('NFKC'))
    .replaceAll(LOOKALIKES, (letter) => LOOKALIKE.get(letter) ?? letter)
    .replaceAll(ENTITIES, (entity, name: string) => ENTITY[name.toLowerCase()] ?? signOf(entity, name))
    .replaceAll(ESCAPED, (escape, code: string) => (code === '22' ? '\\"' : (printable(parseInt(code, 16)) ?? escape)));
}

/** Of a number such as `#61` or `#x3d`. */
function signOf(entity: string, name: string): string {
  return printable(/^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10)) ?? entity;
}

/** Signs that start another escape stay as they were written. */
function printable(code: number): string | null {
  return code > 0x20 && code < 0x7f && code !== 0x26 && code !== 0x5c ? String.fromCodePoint(code) : null;
}

/** Other forms of the signs and letters of ASCII: fullwidth, small, mathematical, circled, raised, and spaces of other widths. */
const COMPATIBLE =
  /[\u00a0\u017f\u02b0-\u02b8\u02e1-\u02e3\u1d2c-\u1d6a\u1d9c-\u1dbf\u2000-\u200a\u202f\u205f\u2071\u207f\u24b6-\u24e9\u3000\ufe10-\ufe19\ufe50-\ufe6b\uff01-\uff5e\u{1d400}-\u{1d7ff}]/gu;

/** Letters of Cyrillic and Greek that look like Latin ones, within a word of Latin letters. */
const LOOKALIKE = new Map<string, string>([
  ['\u0391', 'A'],
  ['\u0410', 'A'],
  ['\u0421', 'C'],
  ['\u0395', 'E'],
  ['\u0415', 'E'],
  ['\u041a', 'K'],
  ['\u039f', 'O'],
  ['\u041e', 'O'],
  ['\u03a1', 'P'],
  ['\u0420', 'P'],
  ['\u0422', 'T'],
  ['\u0430', 'a'],
  ['\u0441', 'c'],
  ['\u0501', 'd'],
  ['\u0435', 'e'],
  ['\u0456', 'i'],
  ['\u0458', 'j'],
  ['\u043e', 'o'],
  ['\u03bf', 'o'],
  ['\u0440', 'p'],
  ['\u0455', 's'],
  ['\u0445', 'x'],
  ['\u0443', 'y'],
]);
const ALIKE = [...LOOKALIKE.keys()].join('');
const LOOKALIKES = new RegExp(String.raw`(?<=[A-Za-z])[${ALIKE}]|[${ALIKE}](?=[A-Za-z])`, 'g');

/** Signs and letters as HTML and XML write them, also quoted again. */
const ENTITIES = /&(?:amp;){0,4}(quot|apos|equals|colon|lt|gt|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});/gi;
const ENTITY: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  equals: '=',
  colon: ':',
  lt: '<',
  gt: '>',
  nbsp: ' ',
};

/** Signs and letters as JavaScript and JSON write them: `\x3d`, `\u003d`. */
const ESCAPED = /\\{1,8}(?:x|u00)([2-7][0-9a-f])/gi;

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
    .replaceAll(ENTITIES, (_entity, name: string) => ENTITY[name.toLowerCase().replace(/^(#x?)0+/, '$1')] ?? '');
}

/** Other forms of the signs and letters of ASCII: fullwidth, small, mathematical, and spaces of other widths. */
const COMPATIBLE = /[\u00a0\u2000-\u200a\u202f\u205f\u3000\ufe50-\ufe6b\uff01-\uff5e\u{1d400}-\u{1d7ff}]/gu;

/** The signs that join a name to a value, as HTML and XML write them, also quoted again. */
const ENTITIES = /&(?:amp;){0,4}(quot|apos|equals|colon|#0{0,4}(?:34|39|58|61)|#x0{0,4}(?:22|27|3a|3d));/gi;
const ENTITY: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  equals: '=',
  colon: ':',
  '#34': '"',
  '#39': "'",
  '#58': ':',
  '#61': '=',
  '#x22': '"',
  '#x27': "'",
  '#x3a': ':',
  '#x3d': '=',
};

import { replaceUnseen } from '../text/unseen.ts';

/** Colours and other orders to a terminal: CSI, OSC (which ends with BEL, ST or the line), and the two-character ones. */
const ESCAPES =
  // oxlint-disable-next-line no-control-regex
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b\n]*(?:\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]?/g;

/** Colours as a program writes them that quotes what another one printed: `\u001b[31m`, `\x1b[0m`, `\033[1m`, `#033[1m`. */
const QUOTED_COLOURS = /(?:\\{1,8}(?:u001[bB]|x1[bB]|033|e)|#033)\[[0-9;]{0,32}m/g;

/** Joiners between printable ASCII characters join nothing: they can only divide a word. */
const IDLE_JOINERS = /(?<=[!-~])[\u200c\u200d](?=[!-~])/g;

/**
 * A text as it is read, so that no colour or invisible character divides a secret. Line ends are `\n`. Time grows with the length
 * alone.
 */
export function plainText(text: string): string {
  const plain = text
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(ESCAPES, '')
    .replaceAll(QUOTED_COLOURS, '');
  return replaceUnseen(plain, () => '').replaceAll(IDLE_JOINERS, '');
}

import { stripVTControlCharacters } from 'node:util';
import { replaceUnseen } from '../../text/unseen.ts';

/**
 * Text of a cluster or a program as a browser shows it: terminal colours are removed, what overwrites a line goes to the next line,
 * and U+FFFD marks each character that is not seen but changes what is seen.
 */
export function plainText(text: string): string {
  return replaceUnseen(stripVTControlCharacters(text).replaceAll(/\r+\n?/g, '\n'), () => '\uFFFD');
}

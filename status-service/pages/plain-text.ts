import { stripVTControlCharacters } from 'node:util';

/** Control characters but line ends and tabs, and those that turn the direction of what stands after them. */
const UNSEEN = /[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Takes a text that came from a cluster or a program, gives it as a person may read it: without a terminal's colours, what was
 * written over a line on the next one, and in place of every character that is not seen but changes what is seen, a mark.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\r+\n?/g, '\n')
    .replaceAll(UNSEEN, '\uFFFD');
}

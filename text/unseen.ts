/**
 * Characters that show nothing themselves and change how others are shown: all controls (Unicode's Cc, C0 and C1) but line ends and
 * tabs; format characters (Cf: direction marks, zero-width characters, tags); the separators of lines and paragraphs. Not among
 * them are the two joiners, which emoji and many scripts are written with, and signs of Arabic, Syriac and Kaithi that have a shape.
 */
const UNSEEN =
  /[^\P{Cc}\n\t]|(?![\u200c-\u200d\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])\p{Cf}|[\u2028\u2029]/gu;

/** What is shown of text from outside, in a terminal, a command or a page, goes through here: there is no second set. */
export function replaceUnseen(text: string, by: (one: string) => string): string {
  return text.replaceAll(UNSEEN, by);
}

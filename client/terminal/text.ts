import prettyMs from 'pretty-ms';
import { stripVTControlCharacters } from 'node:util';
import { symbol } from './style.ts';
import type { Style } from './style.ts';

/** Takes a text from outside, gives it in one line and without anything that could move a cursor or set a colour. */
export function clean(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Takes a text, gives what a reader takes for its characters. */
function graphemes(text: string): string[] {
  return /^[\x20-\x7e]*$/.test(text) ? text.split('') : Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Takes a text, gives how many columns it takes: escape sequences count for nothing. */
export function columnsOf(text: string): number {
  return graphemes(stripVTControlCharacters(text)).length;
}

/** Takes a plain text and a width, gives at most that many columns of it. */
export function cut(style: Style, text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const end = symbol(style, 'ellipsis');
  return (
    graphemes(text)
      .slice(0, Math.max(width - columnsOf(end), 0))
      .join('') + end
  );
}

/** What a wait last saw, a reason, a message: told whole in `-o json`, and as much of it as can be read at a glance here. */
const GLANCE_LINES = 3;
const GLANCE_COLUMNS = 400;

/** Takes a sentence of ours with names from outside in it, gives it in one line, `clean`, and no longer than a paragraph. */
export function sentence(style: Style, text: string): string {
  return cut(style, clean(text), GLANCE_COLUMNS);
}

/** Takes a text from outside, gives it in one line, `clean`, and no longer than a glance: some lines of a terminal, or one of a log. */
export function glance(style: Style, text: string): string {
  const columns = Number.isFinite(style.width) ? (style.width - 10) * GLANCE_LINES : GLANCE_COLUMNS;
  return cut(style, clean(text), Math.min(columns, GLANCE_COLUMNS));
}

/** Takes a text, possibly coloured, gives it filled up with spaces to a width. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - columnsOf(text), 0));
}

/** Takes a plain text, gives its lines, broken between words; no line is longer than the width unless a word is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Takes a text, gives its wrapped lines with `first` before the first one and as much space before the others. */
export function hang(style: Style, first: string, text: string): string[] {
  const indent = columnsOf(first);
  if (text.trim() === '') return [first.trimEnd()];
  if (indent > style.width / 2 && indent + columnsOf(text) > style.width)
    return [first.trimEnd(), ...wrap(text, style.width - 2).map((line) => `  ${line}`)];
  return wrap(text, Math.max(style.width - indent, 20)).map((line, index) =>
    index === 0 ? first + line : ' '.repeat(indent) + line,
  );
}

/** Takes milliseconds, gives them as people say them: `8s`, `6m 2s`, `1h 20m`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(Math.round(milliseconds / 1000), 0);
  return seconds === 0 ? '0s' : prettyMs(seconds * 1000, { unitCount: 2 });
}

/** Takes two times (ISO), gives the duration between them. */
export function between(from: string, to: string | Date): string {
  return duration(new Date(to).getTime() - new Date(from).getTime());
}

/** Takes lines and the height that there is, gives at most that many; the last one then says how many are left out. */
export function clip(style: Style, lines: readonly string[], height: number): string[] {
  if (lines.length <= height) return [...lines];
  const shown = lines.slice(0, Math.max(height - 1, 1));
  return [...shown, `${symbol(style, 'ellipsis')} ${count(lines.length - shown.length, 'more line')}`];
}

/** Takes an amount of bytes, gives it in the decimal units that registries and disks use. */
export function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(amount, 1)) / 3), units.length - 1);
  const value = amount / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}

/** Takes a time, gives its clock time in UTC, as the lines of a pipe begin. */
export function clockTime(at: Date): string {
  return `${at.toISOString().slice(11, 19)}Z`;
}

/** Takes a count and a noun, gives both: `1 fault`, `2 faults`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

import { stripVTControlCharacters } from 'node:util';
import prettyMs from 'pretty-ms';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { replaceUnseen } from '../../text/unseen.ts';
import { symbol } from './style.ts';
import type { Style } from './style.ts';

/**
 * A text from outside in one line, without anything that could move a cursor, set a colour, or change the direction of the text beside
 * it.
 */
export function clean(text: string): string {
  return cleanLines(text).replaceAll(/\s+/g, ' ').trim();
}

/** The same for a text of several lines, whose line ends and tabs are kept. */
export function cleanLines(text: string): string {
  return replaceUnseen(stripVTControlCharacters(text.replaceAll('\r\n', '\n')), () => '');
}

/** A document with `cleanLines` applied to every text and key. */
export function withoutControls(value: unknown): unknown {
  if (typeof value === 'string') return cleanLines(value);
  if (Array.isArray(value)) return value.map(withoutControls);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [cleanLines(key), withoutControls(one)]));
}

/** The same JSON, with every such character written as an escape. */
export function asciiControls(json: string): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return replaceUnseen(json, (one) => one.split('').map(escaped).join(''));
}

/** Width in columns of a terminal, colours not counted: two for a wide character, none for a combining mark. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** At most `width` columns of a plain text; what is cut ends with an ellipsis. */
export function cut(style: Style, text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const end = symbol(style, 'ellipsis');
  const room = width - columnsOf(end);
  if (room < 1) return end;
  const [start = ''] = wrapAnsi(text, room, { wordWrap: false, hard: true, trim: false }).split('\n', 1);
  // A wide character is not divided: where not even one fits, it would stand alone in a line that is too long.
  return (columnsOf(start) <= room ? start : '') + end;
}

/** Limits of what a wait last saw, of a reason or a message: `-o json` has the whole of it. */
const GLANCE_LINES = 3;
const GLANCE_COLUMNS = 400;

/** A sentence of ours with names from outside in it: in one line, `clean`, and no longer than a paragraph. */
export function sentence(style: Style, text: string): string {
  return cut(style, clean(text), GLANCE_COLUMNS);
}

/** A text from outside in one line, `clean`, and short: some lines of a terminal, or one of a log. */
export function glance(style: Style, text: string): string {
  const columns = Number.isFinite(style.width) ? (style.width - 10) * GLANCE_LINES : GLANCE_COLUMNS;
  return cut(style, clean(text), Math.min(columns, GLANCE_COLUMNS));
}

/** A text, possibly coloured, filled up with spaces to a width. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - columnsOf(text), 0));
}

/**
 * Breaks a text in one line, possibly coloured, between words; no line is longer than the width unless a word is: a command or an
 * address stays whole, so that it can be copied. A colour ends with its line and starts again in the next. A broken text comes out in
 * Unicode's composed form (NFC).
 */
export function wrap(text: string, width: number): string[] {
  return columnsOf(text) <= width ? [text] : wrapAnsi(text, width).split('\n');
}

/**
 * Fits a message of several lines to a width: each line is broken between words, continuation lines are indented. A command in
 * backquotes stays in one piece, longer than the width if need be: a command that is copied from two lines is another command.
 */
export function fit(message: string, width: number): string {
  const whole = message.replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(' ', GLUE));
  const lines = whole.split('\n').flatMap((line) => {
    const [indent = ''] = /^ */.exec(line) ?? [];
    const below = ' '.repeat(indent.length + HANGING);
    const [first = '', ...rest] = wrap(line.trimStart(), Math.max(width - indent.length, 20));
    if (rest.length === 0) return [line];
    const others = wrap(rest.join(' '), Math.max(width - below.length, 20));
    return [indent + first, ...others.map((one) => below + one)];
  });
  return lines.join('\n').replaceAll(GLUE, ' ');
}

/** Stands for a space at which no line is broken: a character of private use, of one column. */
const GLUE = '\ue000';
const HANGING = 2;

/** The wrapped lines of a plain text, `clean`, with `first` before the first one and as much space before the others. */
export function hang(style: Style, first: string, said: string): string[] {
  const text = clean(said);
  const indent = columnsOf(first);
  if (text.trim() === '') return [first.trimEnd()];
  if (indent > style.width / 2 && indent + columnsOf(text) > style.width)
    return [first.trimEnd(), ...wrap(text, style.width - 2).map((line) => `  ${line}`)];
  return wrap(text, Math.max(style.width - indent, 20)).map((line, index) =>
    index === 0 ? first + line : ' '.repeat(indent) + line,
  );
}

/** Milliseconds as `8s`, `6m 2s`, `1h 20m`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(Math.round(milliseconds / 1000), 0);
  return seconds === 0 ? '0s' : prettyMs(seconds * 1000, { unitCount: 2 });
}

/** The duration between two ISO times. */
export function between(from: string, to: string | Date): string {
  return duration(new Date(to).getTime() - new Date(from).getTime());
}

/** At most `height` lines; the last one then says how many are left out. */
export function clip(style: Style, lines: readonly string[], height: number): string[] {
  if (lines.length <= height) return [...lines];
  const shown = lines.slice(0, Math.max(height - 1, 1));
  return [...shown, `${symbol(style, 'ellipsis')} ${count(lines.length - shown.length, 'more line')}`];
}

/** In the decimal units that registries and disks use. */
export function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(amount, 1)) / 3), units.length - 1);
  const value = amount / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}

/** The clock time in UTC with which the lines of a pipe start. */
export function clockTime(at: Date): string {
  return `${at.toISOString().slice(11, 19)}Z`;
}

/** `1 fault`, `2 faults`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

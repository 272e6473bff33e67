import { MASK } from './mask.ts';
import { isReferenceName, isSecretName } from './names.ts';
import { isNothing } from './plain-words.ts';

/** A wider or longer line is no table that a person reads. */
const LONGEST_LINE = 4_096;
const MOST_CELLS = 64;
const DELIMITERS = ['|', '│', '\t', ';', ','] as const;
const NAME = /^\s*["']?\w[\w.-]{0,63}["']?\s*$/;
/** A line between the header and the rows, or around them. */
const RULE = /^[\s|+:=│├┼┤┌┬┐└┴┘─-]+$/;

interface Table {
  readonly delimiter: string;
  readonly hides: readonly boolean[];
}

/**
 * Tables whose header names a secret: CSV, tab-separated, Markdown, framed, and columns that stand one below the other as kubectl prints
 * them. Rows are as many cells as the header; the first line that is none ends the table.
 */
export function withoutTables(text: string): string {
  if (!text.includes('\n')) return text;
  let table: Table | null = null;
  let columns: readonly Column[] | null = null;
  return text
    .split('\n')
    .map((line) => {
      if (line.length > LONGEST_LINE) {
        table = null;
        columns = null;
        return line;
      }
      if (table) {
        if (RULE.test(line)) return line;
        const cells = cellsOf(line, table.delimiter);
        if (cells.length === table.hides.length) {
          const { hides, delimiter } = table;
          return cells.map((one, index) => (hides[index] ? withoutCell(one) : one)).join(delimiter);
        }
        table = null;
      }
      if (columns) {
        if (line.trim() !== '') return withoutSpans(line, columns);
        columns = null;
      }
      table = headerOf(line);
      columns = table ? null : columnsOf(line);
      return line;
    })
    .join('\n');
}

/** The cells between delimiters; one in double quotes may hold them, and is not divided. */
function cellsOf(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < line.length && cells.length < MOST_CELLS; at += 1) {
    if (line[at] === '"') isQuoted = !isQuoted;
    if (line[at] !== delimiter || isQuoted) continue;
    cells.push(line.slice(from, at));
    from = at + 1;
  }
  cells.push(line.slice(from));
  return cells;
}

function headerOf(line: string): Table | null {
  for (const delimiter of DELIMITERS) {
    const cells = line.includes(delimiter) ? cellsOf(line, delimiter) : [];
    const isFramed = delimiter === '|' || delimiter === '│';
    const inner = isFramed && cells[0]?.trim() === '' && cells.at(-1)?.trim() === '' ? cells.slice(1, -1) : cells;
    if (inner.length < 2 || cells.length > MOST_CELLS || !inner.every((one) => NAME.test(one))) continue;
    const hides = cells.map((one) => hidesColumn(one.trim().replaceAll(/["']/g, '')));
    if (hides.includes(true)) return { delimiter, hides };
  }
  return null;
}

/** A count of Secrets is none: `NAME SECRETS AGE`. */
function hidesColumn(name: string): boolean {
  return isSecretName(name) && !isReferenceName(name);
}

function withoutCell(text: string): string {
  const value = text.trim().replaceAll(/^["']|["']$/g, '');
  return isNothing(value) || value === MASK ? text : text.replace(/[^\s"'](?:.*[^\s"'])?/, MASK);
}

interface Column {
  readonly from: number;
  /** Of the next column. */
  readonly to: number;
}

/** `NAME   PASSWORD   AGE`: names in capitals, with two spaces or more between them. */
function columnsOf(line: string): readonly Column[] | null {
  if (!/^[A-Z][A-Z0-9_.() /-]*$/.test(line) || !/ {2,}/.test(line)) return null;
  const found = [...line.matchAll(/\S+(?: \S+)*/g)];
  const secret = found.flatMap(({ 0: name, index }, at) =>
    hidesColumn(name.replaceAll(' ', '_')) ? { from: index, to: found[at + 1]?.index ?? LONGEST_LINE } : [],
  );
  return secret.length > 0 ? secret : null;
}

function withoutSpans(line: string, columns: readonly Column[]): string {
  let out = '';
  let at = 0;
  for (const { from, to } of columns) {
    const value = line.slice(from, to).trimEnd();
    if (line[from - 1] === ' ' || from === 0) {
      if (!isNothing(value.trim()) && !line.startsWith(MASK, from)) {
        out += `${line.slice(at, from)}${MASK.padEnd(value.length)}`;
        at = from + value.length;
      }
    }
  }
  return out + line.slice(at);
}

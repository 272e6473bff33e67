import { MASK } from './mask.ts';
import { isReferenceName, isSecretName } from './names.ts';
import { isNothing, isSentence } from './plain-words.ts';

/** A wider or longer line is no table that a person reads. */
const LONGEST_LINE = 4_096;
const MOST_CELLS = 64;
const DELIMITERS = ['|', '│', '\t', ';', ','] as const;
const MARKUP = /^[\s"'`*_]{1,16}|[\s"'`*_]{1,16}$/g;
/** One word, or up to three. */
const NAME = /^\w[\w.-]{0,63}(?: [\w.-]{1,64}){0,2}$/;
/** Postgres' copy of a table: the columns, and below them rows with tabs. */
const COPY = /^COPY [\w."]{1,256} \(([^()]{1,2048})\) FROM stdin;$/;
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
  if (!/[\n│|]/.test(text)) return text;
  let table: Table | null = null;
  let columns: readonly Column[] | null = null;
  return text
    .split('\n')
    .map((line, index, lines) => {
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
          return cells.map((one, cell) => (hides[cell] ? withoutCell(one) : one)).join(delimiter);
        }
        table = null;
      }
      if (columns) {
        if (line.trim() !== '') return withoutSpans(line, columns);
        columns = null;
      }
      const pair = withoutPair(line, lines[index + 1] ?? '');
      if (pair !== null) return pair;
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
  const copied = COPY.exec(line)?.[1]
    ?.split(',')
    .map((one) => hidesColumn(nameOf(one)));
  if (copied) return copied.includes(true) ? { delimiter: '\t', hides: copied } : null;
  for (const delimiter of DELIMITERS) {
    const cells = line.includes(delimiter) ? cellsOf(line, delimiter) : [];
    const isFramed = delimiter === '|' || delimiter === '│';
    const inner = isFramed && cells[0]?.trim() === '' && cells.at(-1)?.trim() === '' ? cells.slice(1, -1) : cells;
    const names = cells.map(nameOf);
    const isProse = delimiter === ',' && inner.length < 3 && names.some((one) => one.includes(' '));
    if (inner.length < 2 || cells.length > MOST_CELLS || isProse) continue;
    if (!inner.every((one) => NAME.test(nameOf(one)))) continue;
    const hides = names.map(hidesColumn);
    if (hides.includes(true)) return { delimiter, hides };
  }
  return null;
}

function nameOf(cell: string): string {
  return cell.replaceAll(MARKUP, '');
}

/** A row of a framed table of names and values (`| password | x |`); with a rule below it is a header. */
function withoutPair(line: string, below: string): string | null {
  const [edge = '', name = '', value = '', end = '', ...more] = line.split(line.includes('│') ? '│' : '|');
  if (more.length > 0 || edge.trim() !== '' || end.trim() !== '' || value.trim() === '') return null;
  if (!NAME.test(nameOf(name)) || !hidesColumn(nameOf(name)) || (below.trim() !== '' && RULE.test(below))) return null;
  return isSentence(nameOf(value)) || /^\d{1,6}$/.test(nameOf(value)) ? null : line.replace(value, withoutCell(value));
}

/** A count of Secrets is none: `NAME SECRETS AGE`. */
function hidesColumn(name: string): boolean {
  const joined = name.replaceAll(' ', '_');
  return isSecretName(joined) && !isReferenceName(joined);
}

function withoutCell(text: string): string {
  const value = nameOf(text);
  return isNothing(value) || value === MASK ? text : text.replace(/[^\s"'`](?:.*[^\s"'`])?/, MASK);
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
    hidesColumn(name) ? { from: index, to: found[at + 1]?.index ?? LONGEST_LINE } : [],
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

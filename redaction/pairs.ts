import { MASK } from './mask.ts';
import { isReferenceName, isSecretName } from './names.ts';
import { isNothing, isSentenceWord } from './plain-words.ts';

/** A longer value is searched no further: all work here is bounded for each place, so that time grows with the length alone. */
const LONGEST_VALUE = 4_096;
/** Spaces, commas and line ends between two fields, also as another text quotes them. */
const GAP = String.raw`(?:[\s,]|\\{1,8}[nrt]){1,64}`;
const QUOTE = String.raw`\\{0,7}["']?`;

const NAMED = new RegExp(
  String.raw`(${QUOTE})\b(?:name|key|path)\1\s{0,4}[:=]\s{0,8}(?:\[\s{0,4})?(${QUOTE})([\w./-]{1,128})\2(?:\s{0,4}\])?`,
  'gi',
);
const VALUE_AFTER = new RegExp(String.raw`${GAP}(${QUOTE})(?:value|received|input)\1\s{0,4}[:=]\s{0,8}`, 'iy');
const VALUE_BEFORE = new RegExp(String.raw`^value(${QUOTE})\s{0,4}[:=]\s{0,8}`, 'i');
const ONLY_GAP = new RegExp(String.raw`^${GAP}$`);

interface Span {
  readonly from: number;
  readonly to: number;
}

function without(text: string, spans: readonly Span[]): string {
  let out = '';
  let at = 0;
  for (const { from, to } of spans) {
    if (from < at || to <= from || text.startsWith(MASK, from)) continue;
    out += `${text.slice(at, from)}${MASK}`;
    at = to;
  }
  return out + text.slice(at);
}

/** Settings whose name and value are two fields, and values in columns, tags and addresses: what no line of `name: value` says. */
export function withoutNamedValues(text: string): string {
  let clean = text;
  if (/value|received|input/i.test(clean)) clean = without(clean, fieldPairs(clean));
  if (/key \(/i.test(clean)) clean = clean.replace(KEY, keyWithout);
  if (clean.includes('</')) clean = clean.replace(TAG, tagWithout);
  if (/%(?:25)*3/.test(clean)) clean = without(clean, encodedSettings(clean));
  if (/invalid|bad|unexpected|malformed|received/i.test(clean)) clean = without(clean, refusedValues(clean));
  return clean.includes('---') || clean.includes('-[ RECORD') ? withoutColumns(clean) : clean;
}

/** Kubernetes' variables, in YAML and JSON: `- name: DB_PASSWORD` and `value: x` in either order. */
function fieldPairs(text: string): Span[] {
  const spans: Span[] = [];
  let before = 0;
  for (const match of text.matchAll(NAMED)) {
    const name = match[3] ?? '';
    const end = match.index + match[0].length;
    if (!isSecretName(name)) continue;
    VALUE_AFTER.lastIndex = end;
    const span = VALUE_AFTER.test(text)
      ? fieldValue(text, VALUE_AFTER.lastIndex)
      : valueBefore(text, Math.max(before, match.index - LONGEST_VALUE), match.index);
    before = end;
    if (span && !isNothing(text.slice(span.from, span.to))) spans.push(span);
  }
  return spans;
}

function fieldValue(text: string, at: number): Span | null {
  const rest = text.slice(at, at + LONGEST_VALUE);
  const [quote = ''] = /^\\{0,7}["']/.exec(rest) ?? [];
  if (quote !== '') {
    const to = closing(rest, quote, quote.length);
    return { from: at + quote.length, to: at + (to < 0 ? rest.length : to) };
  }
  const [block] = /^[>|][+-]?\d?[ \t]*\n(?:([ \t]{1,64})[^\n]*(?:\n|$))(?:\1[^\n]*(?:\n|$))*/.exec(rest) ?? [];
  if (block !== undefined) {
    const head = block.indexOf('\n') + 1;
    const indent = /^[ \t]*/.exec(block.slice(head))?.[0].length ?? 0;
    return { from: at + head + indent, to: at + block.trimEnd().length };
  }
  const end = rest.search(/\n|\\{1,8}n|[,}\]](?:\s|$|[}\],"'\\]|[A-Za-z]{1,32}[:=])/);
  return { from: at, to: at + (end < 0 ? rest : rest.slice(0, end)).trimEnd().length };
}

function closing(text: string, quote: string, from: number): number {
  const mark = quote.at(-1) ?? '';
  for (let to = text.indexOf(quote, from); to >= 0; to = text.indexOf(quote, to + 1)) {
    if (mark === "'" && text[to + quote.length] === "'") to += 1;
    else if (text[to - 1] !== '\\') return to;
    else if (quote.length === 1 && /(?<!\\)(?:\\\\)+$/.test(text.slice(Math.max(from, to - 16), to))) return to;
  }
  return -1;
}

function valueBefore(text: string, first: number, last: number): Span | null {
  const window = text.slice(first, last);
  const at = Math.max(window.lastIndexOf('value'), window.lastIndexOf('Value'));
  if (at < 0) return null;
  const rest = window.slice(at);
  const head = VALUE_BEFORE.exec(rest)?.[0];
  if (head === undefined) return null;
  const span = fieldValue(rest, head.length);
  if (!span || span.to > rest.length) return null;
  const tail = rest.slice(span.to).replace(/^\\{0,7}["']/, '');
  return ONLY_GAP.test(tail) ? { from: first + at + span.from, to: first + at + span.to } : null;
}

/** Postgres: `Key (token)=(x) already exists`. */
const KEY = /\b(key \()([^()\n]{1,256})(\)=\()([^\n]{1,4096}?)(\)(?=[ .,;"'\\\n]|$))/gi;

function keyWithout(match: string, key = '', names = '', joint = '', value = '', end = ''): string {
  const isSecret = names.split(',').some((name) => isSecretName(name.trim().replaceAll('"', '')));
  return isSecret && value !== MASK ? `${key}${names}${joint}${MASK}${end}` : match;
}

const TAG = /<([\w.:-]{1,128})((?:\s[^<>]{0,256})?>)([^<>]{1,4096})(?=<\/\1>)/g;

function tagWithout(match: string, name = '', head = '', value = ''): string {
  return isSecretName(name.slice(name.lastIndexOf(':') + 1)) && !isNothing(value.trim())
    ? `<${name}${head}${MASK}`
    : match;
}

const ENCODED_JOINT = /(?:%(?:25){0,3}2[27])?%(?:25){0,3}3[DA](?:%(?:25){0,3}2[027]|\+){0,2}/gi;
const ENCODED_END = /%(?:25){0,3}(?:2[0267C]|3B|7D|0A)|[&\s"'<>]/i;
const LONGEST_NAME = 128;

/** `password%3Dx`, `%22password%22%3A%22x%22`. */
function encodedSettings(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: joint, index } of text.matchAll(ENCODED_JOINT)) {
    let start = index;
    while (start > 0 && index - start < LONGEST_NAME && /[\w.-]/.test(text[start - 1] ?? '')) start -= 1;
    if (text[start - 1] === '%') start += 2;
    if (start >= index || !isSecretName(text.slice(start, index))) continue;
    const from = index + joint.length;
    const rest = text.slice(from, from + LONGEST_VALUE);
    const end = rest.search(ENCODED_END);
    const value = end < 0 ? rest : rest.slice(0, end);
    if (!isNothing(value) && !isSentenceWord(value)) spans.push({ from, to: from + value.length });
  }
  return spans;
}

const REFUSED = /\b(?:(?:invalid|bad|unexpected|malformed) (?:value|argument|input)|received)[: ]{1,2}(\\{0,7}["'`])/gi;

/** `DB_PASSWORD: invalid value "x"`, `invalid argument "x" for "--token" flag`. */
function refusedValues(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(REFUSED)) {
    const from = match.index + match[0].length;
    const rest = text.slice(from, from + LONGEST_VALUE);
    const quote = match[1] ?? '';
    const end = closing(rest, quote, 0);
    const to = end < 0 ? Math.max(0, rest.search(/\n|$/)) : end;
    const before = /(?<![\w./-])([\w./-]{1,128})\\{0,7}["'`]?[ :=]{1,3}$/.exec(
      text.slice(Math.max(0, match.index - LONGEST_NAME - 16), match.index),
    )?.[1];
    const after =
      /^\\{0,7}["'`] for (?:flag |option |env |variable )?\\{0,7}["'`]?(?:-\w, )?(-{0,2}[\w./-]{1,128})/.exec(
        rest.slice(to, to + 200),
      )?.[1];
    if ([before, after].some((name) => name && isSecretName(name) && !isReferenceName(name.replace(/^.*\./, ''))))
      spans.push({ from, to: from + to });
  }
  return spans;
}

/** What psql prints: a line of names, a rule, rows; or `-[ RECORD 1 ]` and a row for each name. */
function withoutColumns(text: string): string {
  let secret: readonly boolean[] | null = null;
  let isRecord = false;
  let previous = '';
  return text
    .split('\n')
    .map((line) => {
      const names = previous;
      previous = line;
      if (/^-\[ RECORD \d{1,9} \]/.test(line)) {
        isRecord = true;
        return line;
      }
      if (isRecord) {
        const cells = line.split('|');
        isRecord = cells.length > 1;
        return isSecretName((cells[0] ?? '').trim()) ? `${cells[0]}|${cell(cells.slice(1).join('|'))}` : line;
      }
      if (/^-{2,}(?:\+-{2,})*\s*$/.test(line)) {
        const columns = names.split('|');
        const isHeader =
          columns.length === line.split('+').length && columns.every((one) => /^\s*[\w.?-]+\s*$/.test(one));
        secret = isHeader ? columns.map((one) => isSecretName(one.trim())) : null;
        return line;
      }
      if (!secret) return line;
      const cells = line.split('|');
      if (cells.length !== secret.length || line.trim() === '' || /^\(\d{1,12} rows?\)/.test(line)) {
        secret = null;
        return line;
      }
      const hides = secret;
      return cells.map((one, index) => (hides[index] ? cell(one) : one)).join('|');
    })
    .join('\n');
}

function cell(text: string): string {
  const value = text.trim();
  return value === '' || isNothing(value) ? text : text.replace(/\S.*\S|\S/, MASK);
}

import { MASK } from './mask.ts';
import { isReferenceName, isSecretName } from './names.ts';
import { isNothing, isSentence, isSentenceWord, looksMade } from './plain-words.ts';

/** A part of a line, from one character up to another. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A name whose value stands in the lines below it, which are indented more. */
interface Below {
  readonly indent: number;
  /** `block`: every line of it. `value`: one word, or a list of such. */
  readonly kind: 'block' | 'value';
}

interface Found {
  readonly span: Span | null;
  readonly below: Below | null;
}

const MOST_DOUBLED = 8;
const NAME = /[\w.-]+/g;
const NONE: Found = { span: null, below: null };

/**
 * A text whose settings have no secret values: `name=value`, `name: value`, `--name value`, JSON at any depth of quoting, YAML with
 * its blocks, headers, and prose (`Password is -> [ x ]`). Each line is walked once, from name to name: what a name takes is not
 * walked again, so that time grows with the length alone.
 */
export function withoutSecretSettings(text: string): string {
  let below: Below | null = null;
  return text
    .split('\n')
    .map((line) => {
      if (below) {
        const masked = maskedBelow(line, below);
        if (masked !== null) return masked;
        below = null;
      }
      const cleaned = cleanLine(line);
      below = cleaned.below;
      return cleaned.line;
    })
    .join('\n');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** A line below a name without a value; null where it is no part of that value any more. */
function maskedBelow(line: string, { indent, kind }: Below): string | null {
  if (line.trim() === '') return line;
  const isItem = /^\s*- /.test(line);
  if (indentOf(line) <= indent && !(kind === 'value' && isItem && indentOf(line) === indent)) return null;
  const [head = ''] = /^\s*(?:- )?/.exec(line) ?? [];
  const rest = line.slice(head.length).trimEnd();
  if (kind === 'value') {
    if (/^["']?[\w./-]{1,128}["']?:(?:\s|$)/.test(rest)) return null;
    if (/\s/.test(rest) && !/^(["']).*\1,?$/.test(rest)) return null;
    if (isNothing(rest) || isSentenceWord(rest)) return null;
  }
  return `${head}${MASK}`;
}

function cleanLine(line: string): { line: string; below: Below | null } {
  let out = '';
  let at = 0;
  let below: Below | null = null;
  let before = { word: '', end: -1 };
  NAME.lastIndex = 0;
  for (let match = NAME.exec(line); match; match = NAME.exec(line)) {
    const [run] = match;
    const start = match.index;
    const end = start + run.length;
    const isSpaced = before.end === start - 1 && line[start - 1] === ' ';
    // `API key: x`; of a Secret it is a key's name that is said: `non-existent secret key: tls.crt`.
    const name =
      isSpaced && /^keys?$/i.test(run) && !/^secret$/i.test(before.word)
        ? `${before.word}_${run}`
        : run.replace(/[.-]$/, '');
    before = { word: run, end };
    if (!isSecretName(name)) continue;
    const found = valueAfter(line, { name, start, end });
    if (found.below) below = found.below;
    if (!found.span) continue;
    out += `${line.slice(at, found.span.from)}${MASK}`;
    at = found.span.to;
    // Adjacent expressions share the position of the last match.
    NAME.lastIndex = Math.max(at, end);
  }
  return { line: out + line.slice(at), below };
}

interface Name {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** How a value is joined to its name. */
type Joint = 'assigned' | 'told' | 'arrow' | 'prose' | 'flag';

const DIRECT = /[ \t]{0,64}([:?]=|={1,3}>?|-{1,3}>|→|:)/y;
const PROSE =
  /[ \t]{1,8}(?:(?:for|of)[ \t]{1,8}(?:the[ \t]{1,8})?(?:(?:user|role|account|login|tenant|admin|administrator)[ \t]{1,8})?["'`]?[\w.@+-]{1,64}["'`]?[ \t]{0,8}(?=(?:is|was|are|set)\b|[-=:→]))?((?:(?:is|was|are|value|provided|now|set to|(?:changed|reset|updated) (?:to|from)|as follows|follows|equals|environment variable)[ \t]{0,8}){0,3})(-{1,3}>|=>|→|:=|=|:)?[ \t]{0,8}/y;

function valueAfter(line: string, { name, start, end }: Name): Found {
  const opening = quoteEndingAt(line, start);
  let at = end;
  let limit = line.length;
  // Of a name in several words the quote before the first one is not here: `"vendor.example/token": …`.
  const ending = opening === '' ? quoteAt(line, at) : opening;
  const isQuotedName =
    ending !== '' &&
    line.startsWith(ending, at) &&
    (opening !== '' || /^\s{0,8}[:=]/.test(line.slice(at + ending.length, at + ending.length + 9)));
  if (isQuotedName) at += ending.length;
  else if (opening !== '') limit = closing(line, opening, at) ?? line.length;
  if (line[at] === ']' && line[start - opening.length - 1] === '[') at += 1;

  DIRECT.lastIndex = at;
  const direct = DIRECT.exec(line);
  if (direct && DIRECT.lastIndex <= limit) {
    const sign = direct[1] ?? '';
    const joint: Joint = /^(?:-+>|=>|→)$/.test(sign) ? 'arrow' : sign.includes('=') ? 'assigned' : 'told';
    if (joint === 'told' && isAddressEnd(line, start, isQuotedName)) return NONE;
    // A quoted name, a space and a colon stand before a sentence: `volume "x-token-5nbrm" : couldn't …`.
    if (
      joint === 'told' &&
      isQuotedName &&
      /^[ \t]+:[ \t]/.test(line.slice(at, at + 8)) &&
      line[DIRECT.lastIndex + 1] !== '"'
    )
      return NONE;
    return valueAt(line, { name, start, at: DIRECT.lastIndex, limit, joint });
  }
  const isFlag = /^--?[A-Za-z]/.test(line.slice(start, start + 3)) && !/[\w-]/.test(line[start - 1] ?? ' ');
  if (isFlag) return valueAt(line, { name, start, at, limit, joint: 'flag' });
  if (isQuotedName) return NONE;
  PROSE.lastIndex = at;
  const prose = PROSE.exec(line);
  if (!prose || PROSE.lastIndex > limit) return NONE;
  const [, verb = '', sign] = prose;
  const from = { name, start, at: PROSE.lastIndex, limit };
  if (sign !== undefined) {
    if (!/[ \t]/.test(line[at] ?? '')) return NONE;
    return valueAt(line, { ...from, joint: /^(?:-+>|=>|→)$/.test(sign) ? 'arrow' : 'told' });
  }
  if (/^(?:requirepass|masterauth)$/i.test(name)) return valueAt(line, { ...from, joint: 'flag' });
  return toldValue(line, { ...from, joint: 'prose' }, verb.trim() !== '');
}

interface Place {
  readonly name: string;
  readonly start: number;
  readonly at: number;
  readonly limit: number;
  readonly joint: Joint;
}

/** `Invalid password 'x'`, `password is hunter2`: without a sign between them, only what looks like a secret is one. */
function toldValue(line: string, { name, at, limit }: Place, hasVerb: boolean): Found {
  const isPassword = /pass|pwd/i.test(name);
  const quote = quoteAt(line, at);
  if (quote !== '') {
    const from = at + quote.length;
    const to = Math.min(closing(line, quote, from) ?? limit, limit);
    const value = line.slice(from, to);
    const isSecret = isPassword ? !/^[\w.-]+$/.test(value) || !isSecretName(value) : looksMade(value);
    return isSecret && !isNothing(value) ? { span: { from, to }, below: null } : NONE;
  }
  const isNamed = /token|key/i.test(name);
  if (!isPassword && !hasVerb && !isNamed) return NONE;
  const [word = ''] = /^\S{0,200}/.exec(line.slice(at, Math.min(limit, at + 200))) ?? [];
  const value = word.replace(/[.,;:)\]}]{1,4}$/, '');
  if (!looksMade(value) || isSentenceWord(word) || (!isPassword && !hasVerb && value.length < 10)) return NONE;
  return { span: { from: at, to: at + value.length }, below: null };
}

function valueAt(line: string, place: Place): Found {
  const { name, start, limit, joint } = place;
  let { at } = place;
  for (;;) {
    if (line[at] === ' ' || line[at] === '\t') at += 1;
    // A line's end in a text that is quoted itself.
    else if (line[at] === '\\' && /[nrt]/.test(line[at + 1] ?? '') && /\s/.test(line[at + 2] ?? '')) at += 2;
    else break;
  }
  const hasSpace = at > place.at;
  // Markup that ends after the colon (`**Password:** x`), and the kind of a YAML value.
  const markup = /^(?:[*_]{2}|!!(?:str|binary))[ \t]{1,8}(?=\S)/.exec(line.slice(at, Math.min(limit, at + 24)));
  if (markup) at += markup[0].length;
  if (at >= limit) {
    const isYaml = joint === 'told' && limit === line.length && !isReferenceName(name);
    return isYaml ? { span: null, below: { indent: keyIndent(line, start), kind: 'value' } } : NONE;
  }
  if (line.startsWith(MASK, at)) return NONE;
  const quote = quoteAt(line, at);
  if (quote !== '' && quote !== '`') {
    const from = at + quote.length;
    const to = Math.min(closing(line, quote, from) ?? limit, limit);
    return isNothing(line.slice(from, to)) ? NONE : { span: { from, to }, below: null };
  }
  if (/^[>|][+-]?\d?\s*$/.test(line.slice(at, at + 8)))
    return { span: null, below: { indent: keyIndent(line, start), kind: 'block' } };
  const open = line[at] ?? '';
  if (open === '[' || open === '{' || (open === '(' && joint !== 'assigned')) {
    if (isReferenceName(name) || /^(?:\{\{|\$)/.test(line.slice(at, at + 2))) return NONE;
    return bracketed(line, { ...place, at });
  }
  if (
    joint === 'told' &&
    hasSpace &&
    isReferenceName(name) &&
    /^[a-z]+(?:[-/][a-z]+)+(?:[\s,;)]|$)/.test(line.slice(at, at + 200))
  )
    return NONE;
  return bare(line, { ...place, at });
}

const CLOSERS: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' };

/** A list or a map under a secret name is hidden whole. */
function bracketed(line: string, { name, start, at, limit, joint }: Place): Found {
  const open = line[at] ?? '';
  const closer = CLOSERS[open] ?? '';
  let to: number;
  if (joint === 'arrow' || joint === 'prose') {
    const last = line.lastIndexOf(closer, limit - 1);
    to = last > at ? last : limit;
  } else {
    let depth = 0;
    to = at;
    for (; to < limit; to += 1) {
      if (line[to] === open) depth += 1;
      else if (line[to] === closer && --depth === 0) break;
    }
  }
  const inside = line.slice(at + 1, to).trim();
  if (inside === '') {
    const goesOn = to >= limit && limit === line.length;
    return goesOn ? { span: null, below: { indent: keyIndent(line, start), kind: 'block' } } : NONE;
  }
  if (isNothing(line.slice(at, to + 1)) || (/s$/i.test(name) && /^[\d\s,.]+$/.test(inside))) return NONE;
  const from = line.indexOf(inside, at + 1);
  return { span: { from, to: from + inside.length }, below: null };
}

/** What is filled in elsewhere, with spaces in it. */
const FILLED_IN = /^(?:<[^<>]{1,300}>|\$\{[^{}]{1,200}\}|\$\([^()]{1,200}\)|\{\{[^{}]{1,200}\}\})/;
const HEADER = /(?:authorization|cookie)$/i;
const SCHEME = /^(?:basic|bearer|token|negotiate|digest|apikey)[ \t]{1,8}(?=\S)/i;
/** Another setting begins here, and no part of a header's or a list's value. */
const NEXT_SETTING = /(?<![,;][ \t]?)[ \t][\w.-]{1,64}[ \t]?=(?![=\s])/;
const NEXT_OF_ANY = /[\s,;&]\s?[\w.-]{1,64}(?:=(?!=)|: )/;

function bare(line: string, { name, start, at, limit, joint }: Place): Found {
  const [first = ''] = /^\S{0,300}/.exec(line.slice(at, Math.min(limit, at + 300))) ?? [];
  const sentence = line.slice(at, Math.min(limit, at + 400));
  if (FILLED_IN.test(sentence) || line.slice(Math.max(0, start - 12), start).endsWith('--from-file=')) return NONE;
  if (joint === 'assigned' ? isNothing(stripped(first)) : isSentence(sentence)) {
    const scheme = HEADER.test(name) ? SCHEME.exec(sentence) : null;
    if (!scheme || isSentence(sentence.slice(scheme[0].length))) return NONE;
  }
  if (/s$/i.test(name) && /^[\d.,]+(?:[\s;)}\]]|$)/.test(sentence)) return NONE;
  if (/^\/(?:[a-z][a-z0-9._-]*\/)+[a-z0-9._-]+$/.test(stripped(first)) && !/pass|pwd/i.test(name)) return NONE;
  if (HEADER.test(name)) {
    const skipped = SCHEME.exec(sentence)?.[0].length ?? 0;
    return { span: { from: at + skipped, to: next(NEXT_SETTING, line, at + skipped, limit) }, below: null };
  }
  const isWhole = joint !== 'flag' && isLineStart(line, start) && (joint === 'assigned' || line[start - 1] !== '-');
  if (isWhole) return { span: { from: at, to: next(NEXT_OF_ANY, line, at, limit) }, below: null };
  return { span: { from: at, to: wordEnd(line, at, limit, /[?&]/.test(line[start - 1] ?? '')) }, below: null };
}

function next(pattern: RegExp, line: string, at: number, limit: number): number {
  const rest = line.slice(at, limit);
  const to = rest.search(pattern);
  return at + (to < 0 ? rest : rest.slice(0, to)).trimEnd().length;
}

function stripped(word: string): string {
  return word.replace(/[)\]},;]{1,8}$/, '');
}

/** Where a value without quotes ends: at a space, or at a sign that something else follows. */
function wordEnd(line: string, at: number, limit: number, isQuery: boolean): number {
  let to = at;
  for (; to < limit; to += 1) {
    const sign = line[to] ?? '';
    if (sign === ' ' || sign === '\t') break;
    if (sign === '&' && (isQuery || /^&[\w.-]{1,64}=/.test(line.slice(to, to + 66)))) break;
    if ((sign === '"' || sign === "'" || sign === '\\') && /^\\*["'](?:[\s,}\]);:]|$)/.test(line.slice(to, to + 12)))
      break;
    if ((sign === ',' || sign === ';') && /^[,;](?:\s|$|["'{]|[\w. -]{1,64}[=:])/.test(line.slice(to, to + 68))) break;
  }
  const end = /[)\]}.,;:]{1,16}$/.exec(line.slice(Math.max(at, to - 16), to));
  return end && to - end[0].length > at ? to - end[0].length : to;
}

/** Only spaces, a list's dash, or a shell's words before a variable. */
function isLineStart(line: string, start: number): boolean {
  return start <= 32 && /^[ \t]*(?:- |export |declare -x |ENV |set |env )?["']?$/.test(line.slice(0, start));
}

function keyIndent(line: string, start: number): number {
  const indent = indentOf(line);
  return /^\s*- /.test(line) && start > indent ? indent + 2 : indent;
}

/** After a slash a name is the end of an address or a path, unless a domain is before it, or it is a key: `vendor.example/token`. */
function isAddressEnd(line: string, start: number, isQuoted: boolean): boolean {
  if (line[start - 1] !== '/') return false;
  const [word = ''] = /[^\s"'=,;()[\]{}]{1,200}$/.exec(line.slice(Math.max(0, start - 200), start)) ?? [];
  if (isQuoted && !word.includes(':') && !word.startsWith('/')) return false;
  return !/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}\/$/i.test(word);
}

/** The quote before a place with the backslashes that quote it itself; '' where there is none. */
function quoteEndingAt(line: string, end: number): string {
  const mark = line[end - 1];
  if (mark !== '"' && mark !== "'" && mark !== '`') return '';
  let from = end - 1;
  while (from > 0 && end - from < 64 && line[from - 1] === '\\') from -= 1;
  return line.slice(from, end);
}

function quoteAt(line: string, at: number): string {
  let to = at;
  while (to < line.length && to - at < 64 && line[to] === '\\') to += 1;
  const mark = line[to];
  return mark === '"' || mark === "'" || mark === '`' ? line.slice(at, to + 1) : '';
}

/** Where a quote of this kind ends: the next one with as many backslashes. */
function closing(line: string, quote: string, from: number): number | null {
  let doubled = 0;
  for (let at = line.indexOf(quote, from); at >= 0; at = line.indexOf(quote, at + 1)) {
    // YAML and SQL double it: `'it''s'`. Not without end: a line may hold nothing else.
    if (quote === "'" && at > from && line[at + 1] === "'" && doubled < MOST_DOUBLED) {
      doubled += 1;
      at += 1;
      continue;
    }
    if (at === from || line[at - 1] !== '\\') return at;
    // As many pairs of backslashes as quote themselves: `"C:\\"`.
    let slashes = 0;
    while (line[at - 1 - slashes] === '\\') slashes += 1;
    if (quote.length === 1 && slashes % 2 === 0) return at;
  }
  return null;
}

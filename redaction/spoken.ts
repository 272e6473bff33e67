import { BY_GRAMMAR, type Grammar, GRAMMARS } from './grammars.ts';
import { MASK } from './mask.ts';
import { isSecretName } from './names.ts';
import { isNothing } from './plain-words.ts';

/** A text without the secrets that the grammar of a command line, a language or a protocol puts beside their names. */
export function withoutSpoken(text: string): string {
  let clean = text;
  for (const { hint, pattern, holds } of GRAMMARS) {
    if (!hint.test(clean)) continue;
    clean = clean.replace(pattern, (match: string, ...groups: unknown[]) => {
      const words = groups.filter((one): one is string => typeof one === 'string').slice(0, -1);
      const value = words.at(-1) ?? '';
      const name = words.find((one) => one !== '' && /^-{0,2}[A-Za-z_][\w.-]*$/.test(one)) ?? '';
      return isSecretName(name) && isHidden(value, holds)
        ? `${match.slice(0, match.length - value.length)}${MASK}`
        : match;
    });
  }
  for (const { hint, pattern, holds } of BY_GRAMMAR) {
    if (!hint.test(clean)) continue;
    clean = clean.replace(pattern, (match: string, head: string, value: string) =>
      isHidden(value, holds) ? `${head}${MASK}` : match,
    );
  }
  if (clean.includes('literals:')) clean = clean.replace(LITERALS, withoutLiterals);
  return /insert into/i.test(clean) ? withoutInserted(clean) : clean;
}

function isHidden(value: string, holds: Grammar['holds']): boolean {
  return !isNothing(value) && !value.includes(MASK) && holds?.(value) !== false;
}

/** The literals of a generator of Secrets in Kustomize: `- key=x`. */
const LITERALS = /(\n[ \t]{0,32}literals:[ \t]{0,8}\n)((?:[ \t]{0,32}- [^\n]{0,4096}(?:\n|$)){1,64})/g;

function withoutLiterals(_match: string, head = '', items = ''): string {
  return `${head}${items.replaceAll(/^([ \t]*- ["']?[\w.-]{1,128}=["']?)[^\n"']+/gm, `$1${MASK}`)}`;
}

const INSERT = /\binsert\s{1,8}into\s{1,8}[\w."]{1,256}\s{0,8}\(([^()\n]{1,2048})\)\s{0,8}values\s{0,8}/gi;
const LONGEST_VALUES = 8_192;

/** The values of secret columns: `insert into users (name, password) values ('a', 'x')`. */
function withoutInserted(text: string): string {
  let out = '';
  let at = 0;
  const found = [...text.matchAll(INSERT)];
  for (const [which, match] of found.entries()) {
    const names = (match[1] ?? '').split(',').map((one) => one.trim().replaceAll(/["'`]/g, ''));
    const from = match.index + match[0].length;
    if (from < at || !names.some(isSecretName)) continue;
    let column = 0;
    let start = -1;
    let depth = 0;
    let isQuoted = false;
    // Up to the next statement: what is between two of them is walked once.
    const end = Math.min(found[which + 1]?.index ?? text.length, from + LONGEST_VALUES);
    for (let to = from; to < end; to += 1) {
      const sign = text[to];
      if (sign === "'") isQuoted = !isQuoted;
      else if (isQuoted) continue;
      else if (sign === '(') {
        depth += 1;
        if (depth === 1) [column, start] = [0, to + 1];
      } else if ((sign === ',' || sign === ')') && depth === 1) {
        if (isSecretName(names[column] ?? '')) {
          out += `${text.slice(at, start)}${maskedValue(text.slice(start, to))}`;
          at = to;
        }
        [column, start] = [column + 1, to + 1];
        if (sign === ')') depth = 0;
      } else if (sign === ')') depth -= 1;
      else if (depth === 0 && !/[\s,]/.test(sign ?? '')) break;
    }
  }
  return out + text.slice(at);
}

function maskedValue(text: string): string {
  const value = text.trim();
  if (isNothing(value) || /^(?:default|\$\d{1,4}|\?)$/i.test(value)) return text;
  return text.replace(value, () => (/^'.*'$/s.test(value) ? `'${MASK}'` : MASK));
}

import { MASK } from './mask.ts';
import { isSecretName } from './names.ts';
import { isNothing } from './plain-words.ts';

/** Where a name and its value are two words of a program's or a language's own grammar; the name decides, or nothing does. */
interface Grammar {
  /** A text without it is not searched. */
  readonly hint: RegExp;
  /** Groups: what stays, the name ('' where the grammar itself is enough), what stays, the value. */
  readonly pattern: RegExp;
}

const QUOTE = String.raw`\\{0,7}["']`;
const of = (source: string, flags = 'g'): RegExp => new RegExp(source, flags);

const GRAMMARS: readonly Grammar[] = [
  // Arguments as a list: ["psql","--password","x"]
  {
    hint: /["']-/,
    pattern: of(
      String.raw`(${QUOTE})(--?[A-Za-z][\w.-]{0,127})(\1\s{0,4},?\s{1,8}\1|\1\s{0,4},\s{0,8}\1)([^"'\\\n-][^"'\\\n]{0,4095})`,
    ),
  },
  // A pair: [["password","x"]], "CONFIG" "SET" "requirepass" "x", (password . "x")
  {
    hint: /["']\s{0,4}[,)\]]/,
    pattern: of(
      String.raw`(\[\s{0,4}(${QUOTE}))([\w.-]{1,128})(\2\s{0,4},\s{0,8}\2)([^"'\\\n]{1,4096})(?=\2\s{0,4}\])`,
    ),
  },
  { hint: /requirepass|masterauth/i, pattern: /()((?:requirepass|masterauth))(["']?\s{1,8}["']?)([^\s"']{1,4096})/gi },
  {
    hint: /\n[ \t]*- /,
    pattern:
      /((?:^|\n)[ \t]{0,64}- ["']?)(--?[A-Za-z][\w.-]{0,127})(["']?\n[ \t]{0,64}- ["']?)([^\s"'-][^\n"']{0,4095})/g,
  },
  { hint: / \. "/, pattern: /(\()([\w.-]{1,128})( \. ")([^"\n]{1,4096})/g },
  // Texts over several lines: password = """…"""
  {
    hint: /"""|'''/,
    pattern: /()([\w.-]{1,128})(["']?\s{0,4}[:=]\s{0,4}(?:"""|'''))([^"']{1,4096})/g,
  },
  // A line that goes on: password=\ and the value below
  { hint: /\\\n/, pattern: /()([\w.-]{1,128})(["']?\s{0,4}[:=]\s{0,4}\\\n[ \t]{0,64})(\S{1,4096})/g },
  { hint: /CDATA/, pattern: /(<(?:[\w.-]{1,64}:)?)([\w.-]{1,128})([^<>]{0,256}>\s{0,64}<!\[CDATA\[)([^\]]{1,4096})/g },
  {
    hint: /form-data/i,
    pattern:
      /(form-data; name=")([^"\n]{1,128})("[^\n]{0,512}\n(?:[\w-]{1,64}:[^\n]{0,512}\n){0,4}\n)([^\n]{1,4096})/gi,
  },
  { hint: /string\(/, pattern: /(\[")([\w.-]{1,128})("\]=>\s{0,8}string\(\d{1,9}\)\s")([^"\n]{1,4096})/g },
  // Shells and image files that set a variable with a space
  {
    hint: /setenv|ENV|set -/,
    pattern:
      /((?:^|\n)[ \t]{0,32}(?:setenv|ENV|set -g?x|set -xg?)[ \t]{1,8})([\w.-]{1,128})([ \t]{1,8}["']?)([^\s"']{1,4096})/g,
  },
];

/** What is secret by its grammar alone: the value is the second group. */
const BY_GRAMMAR: readonly Grammar[] = [
  {
    hint: /--from-literal/,
    pattern: /(--from-literal(?:=|[ \t]{1,8}|["'], {0,4}["'])["']?[\w.-]{1,128}=["']?)([^\s"'\\]{1,4096})/g,
  },
  // Postgres: a row that a constraint refused, and the values of a prepared statement
  { hint: /Failing row/i, pattern: /(Failing row contains \()([^\n]{1,4096}?)(?=\)\.?["'\\]?(?:\s|$|[,;}\]]))/gi },
  { hint: /\$\d{1,4} = '/, pattern: /(\$\d{1,4} = ')([^'\n]{1,4096}(?:''[^'\n]{0,4096}){0,8})(?=')/g },
  {
    hint: /pgp_sym_/i,
    pattern: /(\bpgp_sym_(?:en|de)crypt(?:_bytea)?\s{0,4}\([^()\n]{0,512}?,\s{0,4}')([^'\n]{1,512})/gi,
  },
  { hint: /x-oauth-basic/, pattern: /(:\/\/)([^\s:@/"']{4,512})(?=:x-oauth-basic@)/g },
  { hint: /LOGIN/, pattern: /((?:^|\n)[A-Za-z]{0,4}\d{1,6} LOGIN \S{1,128} )(\S{1,512})/g },
  { hint: /\bldap/, pattern: /(\bldap\w{1,24}\b[^\n]{0,200}?\s-w[ =]?["']?)([^\s'"]{1,512})/g },
  { hint: /\bopenssl/, pattern: /(\bopenssl\b[^\n]{0,120}?\s-k[ =]["']?)([^\s'"]{1,512})/g },
  {
    hint: /\b(?:mysql|mariadb|mongo)/,
    pattern:
      /(\b(?:mysql|mysqldump|mariadb)\b[^\n]{0,120}?\s-p["']|\bmongo(?:sh|dump|restore)?\b[^\n]{0,120}?\s-p[ =]["']?)([^\s'"]{1,512})/g,
  },
  // The word for it in other languages
  {
    hint: /passe|contrase|senha|wachtwoord|has\u0142o|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9/i,
    pattern:
      /((?:mot de passe|contrase\u00f1a|contrasena|senha|wachtwoord|has\u0142o|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9)\s{0,4}[:=]\s{0,4}["']?)([^\s"']{1,512})/gi,
  },
];

/** A text without the secrets that the grammar of a command line, a language or a protocol puts beside their names. */
export function withoutSpoken(text: string): string {
  let clean = text;
  for (const { hint, pattern } of GRAMMARS) {
    if (!hint.test(clean)) continue;
    clean = clean.replace(pattern, (match: string, ...groups: unknown[]) => {
      const words = groups.filter((one): one is string => typeof one === 'string').slice(0, -1);
      const value = words.at(-1) ?? '';
      const name = words.find((one) => one !== '' && /^-{0,2}[A-Za-z_][\w.-]*$/.test(one)) ?? '';
      return isSecretName(name) && !isNothing(value) && value !== MASK
        ? `${match.slice(0, match.length - value.length)}${MASK}`
        : match;
    });
  }
  for (const { hint, pattern } of BY_GRAMMAR) {
    if (!hint.test(clean)) continue;
    clean = clean.replace(pattern, (match: string, head: string, value: string) =>
      isNothing(value) || value === MASK ? match : `${head}${MASK}`,
    );
  }
  return /insert into/i.test(clean) ? withoutInserted(clean) : clean;
}

const INSERT = /\binsert\s{1,8}into\s{1,8}[\w."]{1,256}\s{0,8}\(([^()\n]{1,2048})\)\s{0,8}values\s{0,8}/gi;
const LONGEST_VALUES = 8_192;

/** The values of secret columns: `insert into users (name, password) values ('a', 'x')`. */
function withoutInserted(text: string): string {
  let out = '';
  let at = 0;
  for (const match of text.matchAll(INSERT)) {
    const names = (match[1] ?? '').split(',').map((one) => one.trim().replaceAll(/["'`]/g, ''));
    const from = match.index + match[0].length;
    if (from < at || !names.some(isSecretName)) continue;
    let column = 0;
    let start = -1;
    let depth = 0;
    let isQuoted = false;
    const end = Math.min(text.length, from + LONGEST_VALUES);
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

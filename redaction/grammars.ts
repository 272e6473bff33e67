import { isSentence, looksMade } from './plain-words.ts';

/** Where a name and its value are two words of a program's or a language's own grammar; the name decides, or nothing does. */
export interface Grammar {
  /** A text without it is not searched. */
  readonly hint: RegExp;
  /** Groups: what stays, the name ('' where the grammar itself is enough), what stays, the value. */
  readonly pattern: RegExp;
  /** What a value must be besides, where the grammar is also that of what is no secret. */
  readonly holds?: (value: string) => boolean;
}

const QUOTE = String.raw`\\{0,7}["']`;
const of = (source: string, flags = 'g'): RegExp => new RegExp(source, flags);

export const GRAMMARS: readonly Grammar[] = [
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
  {
    hint: /requirepass|masterauth/i,
    pattern: /()((?:requirepass|masterauth))(["']?\s{1,8}(?:\d{1,4}\) )?["']?)([^\s"']{1,4096})/gi,
  },
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
  {
    hint: /\\\n/,
    pattern: /()([\w.-]{1,128})(["']?(?:\s{0,4}[:=]\s{0,4}|[ \t]{1,4})\\\n[ \t]{0,64})([^\s-]\S{0,4095})/g,
  },
  { hint: /CDATA/, pattern: /(<(?:[\w.-]{1,64}:)?)([\w.-]{1,128})([^<>]{0,256}>\s{0,64}<!\[CDATA\[)([^\]]{1,4096})/g },
  {
    hint: /form-data/i,
    pattern:
      /(form-data; name=")([^"\n]{1,128})("[^\n]{0,512}\n(?:[\w-]{1,64}:[^\n]{0,512}\n){0,4}\n)([^\n]{1,4096})/gi,
  },
  { hint: /string\(/, pattern: /(\[")([\w.-]{1,128})("\]=>\s{0,8}string\(\d{1,9}\)\s")([^"\n]{1,4096})/g },
  // A text that ends at a word: PASSWORD=$(cat <<E … E)
  {
    hint: /<<[-~]?["']?\w/,
    pattern:
      /((?<![\w.-]))([\w.-]{1,128})(\s{0,4}[:=][^\n<]{0,64}<<[-~]?["']?(\w{1,32})["']?\n)([^]{1,1024}?)(?=\n\s{0,32}\4)/g,
  },
  // Two cells of a page: <th>Password</th><td>x</td>
  {
    hint: /<\/(?:t[hd]|dt|label|b|strong)>/i,
    pattern:
      /(<(?:t[hd]|dt|label|b|strong)(?:\s[^<>]{0,128})?>\s{0,8})([\w.-]{1,128})(\s{0,4}:?\s{0,4}<\/\w{1,12}>\s{0,16}:?\s{0,4}<(?:td|dd|span|code|p)(?:\s[^<>]{0,128})?>\s{0,8})([^<>\n]{1,4096})/gi,
    holds: (value) => !isSentence(value) && !/^\d{1,6}$/.test(value),
  },
  { hint: /set_config/i, pattern: /(\bset_config\s{0,4}\(\s{0,4}')([\w.-]{1,128})(',\s{0,4}')([^'\n]{1,4096})/gi },
  { hint: /Symbol\(/, pattern: /(\[Symbol\()([\w.-]{1,128})(\)\]: ["'])([^"'\n]{1,4096})/g },
  // Shells and image files that set a variable with a space
  {
    hint: /setenv|ENV|set -/,
    pattern:
      /((?:^|\n)[ \t]{0,32}(?:setenv|ENV|set -g?x|set -xg?)[ \t]{1,8})([\w.-]{1,128})([ \t]{1,8}["']?)([^\s"']{1,4096})/g,
  },
];

/** What is secret by its grammar alone: the value is the second group. */
export const BY_GRAMMAR: readonly Grammar[] = [
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
  { hint: /\bcrypt\s?\(/i, pattern: /(\bcrypt\s{0,4}\(\s{0,4}')([^'\n]{1,512})/gi },
  { hint: /\bbindings\b/, pattern: /(\bbindings["']?\s{0,4}:\s{0,4}\[\s{0,4})([^\]\n]{1,4096})/g },
  { hint: /@(?:tcp|unix)\(/, pattern: /((?<![\w.-])[\w.-]{1,64}:)([^\s"'@]{1,512})(?=@(?:tcp|unix)\()/g },
  // Redis as it is spoken and as MONITOR shows it
  { hint: /"auth"/i, pattern: /("auth" "(?:[^"\n]{1,128}" ")?)([^"\n]{1,512})(?="\s*$)/gim },
  { hint: /\nAUTH\n/i, pattern: /(\nAUTH\n\$\d{1,4}\n(?:[^\n]{1,128}\n\$\d{1,4}\n(?=[^*$\n]))?)([^\n]{1,512})/gi },
  // Programs whose short option takes a password, as a list
  {
    hint: /redis-cli|sshpass|curl/,
    pattern:
      /(["'](?:redis-cli["'](?:, ?["'][^"'\n]{0,128}["']){0,12}?, ?["'](?:-a|--pass)|sshpass["'], ?["']-p|curl["'](?:, ?["'][^"'\n]{0,128}["']){0,12}?, ?["'](?:-u|--user))["'], ?["'])([^"'\n]{1,512})/g,
  },
  // The headers of a request as one list of names and values
  {
    hint: /authorization|cookie/i,
    pattern:
      /(["'](?:(?:proxy-)?authorization["'], ?["'](?:basic|bearer|token|negotiate|digest) |(?:set-)?cookie["'], ?["'][\w.-]{1,128}=))([^"'\n]{1,4096})/gi,
  },
  // The token by which a node joins a cluster
  {
    hint: /\.[a-z0-9]{16}/,
    pattern: /((?<![\w./@:-])[a-z0-9]{6}\.)([a-z0-9]{16})(?![\w./-])/g,
    holds: (value) => /\d/.test(value) && /[a-z]/.test(value),
  },
  // What people write of an account: `ada@example.com / x`, `user: ada, pass: x`
  {
    hint: /@/,
    pattern: /((?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?::| \/ ))([^\s"',;]{6,128})/g,
    holds: (value) => looksMade(value) && !/^[\w.-]+\/[\w./-]+$/.test(value),
  },
  {
    hint: /\bpass["']?\s?[:=]/i,
    pattern:
      /(\b(?:user(?:name)?|login|e-?mail)["']?\s?[:=]\s?[^\s,;]{1,128}[,;]?\s{1,4}(?:and\s)?["']?pass["']?\s?[:=]\s?["']?)([^\s"',;]{1,512})/gi,
  },
  {
    hint: /is not valid JSON/,
    pattern: /(, ")([^"\n]{6,64})(?="(?:\.\.\.)? is not valid JSON)/g,
    holds: (value) => !/\s/.test(value) && looksMade(value),
  },
  // The word for it in other languages
  {
    hint: /passe|kennwort|d.ordine|contrase|senha|wachtwoord|has\u0142o|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9/i,
    pattern:
      /((?:mot de passe|kennwort|parola d.ordine|contrase\u00f1a|contrasena|senha|wachtwoord|has\u0142o|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9)\s{0,4}[:=]\s{0,4}["']?)([^\s"']{1,512})/gi,
  },
];

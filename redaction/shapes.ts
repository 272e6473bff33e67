import { MASK } from './mask.ts';
import { isSentenceWord, looksMade } from './plain-words.ts';

interface Shape {
  readonly pattern: RegExp;
  readonly replace: (match: string, ...groups: string[]) => string;
}

/** For patterns with one group: what stands before the secret. After the groups `replace` hands over the place of the match. */
const masked = (_match: string, head = ''): string => `${head}${MASK}`;

/**
 * Secrets that are known by their own form, wherever they stand. Every repetition has a bound, or ends at a character that cannot
 * begin another match.
 */
const SHAPES: readonly Shape[] = [
  // `Authorization: Bearer …` is a setting; this is the scheme alone
  {
    pattern: /\b(bearer|basic)(\s{1,8})([A-Za-z0-9+/=._~-]{8,})/gi,
    replace: (match, kind = '', gap = '', value = '') =>
      isSentenceWord(value) || (/^[a-z]{0,24}(?:-[a-z]{1,24})*[.,]?$/i.test(value) && value.length < 15)
        ? match
        : `${kind}${gap}${MASK}`,
  },
  // JSON Web Tokens, and JSON and PEM in base64
  {
    pattern: /\b(?:eyJ|LS0tLS1CRUdJTi)[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}[A-Za-z0-9+/=]*/g,
    replace: () => MASK,
  },
  // Tokens of well-known services
  {
    pattern:
      /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|gl(?:pat|dt|rt|soat|ptt|cbt)-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{20,}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}|dckr_[po]at_[\w-]{16,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|hv[sb]\.[\w-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{40,}|re_[A-Za-z0-9_]{24,}|tskey-[\w-]{16,})/g,
    replace: () => MASK,
  },
  { pattern: /\b(hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]{8,}/g, replace: masked },
  // Verifiers of passwords: Postgres, crypt, bcrypt, argon2
  { pattern: /(\bSCRAM-SHA-(?:1|256|512)\$)\d{1,9}:[^\s"']{8,}/g, replace: masked },
  { pattern: /\bmd5[0-9a-f]{32}\b/g, replace: () => MASK },
  { pattern: /\$(?:[156y]|2[abxy]|apr1|argon2(?:id?|d)|scrypt)\$[^\s"',;]{8,}/g, replace: () => MASK },
  // Signed addresses, and answers of OAuth in an address
  {
    pattern: /([?&#](?:[\w-]{0,64}signature|sig|code|session|sid|key|assertion)=)[^&\s"'<>]+/gi,
    replace: masked,
  },
  // What Docker and PgBouncer keep in their files, .pgpass, .netrc
  { pattern: /("auth\\{0,7}"\s{0,8}:\s{0,8}\\{0,7}")[^"\\]{4,}/g, replace: masked },
  {
    pattern: /^([ \t]{0,64}"[^"\s]{1,128}"[ \t]{1,8}")[^"\n]+("[ \t]*)$/gm,
    replace: (_match, head = '', tail = '') => `${head}${MASK}${tail}`,
  },
  { pattern: /^([^\s:#]{1,255}:(?:\d{1,5}|\*):[^:\s]{1,64}:[^:\s]{1,64}:)\S+$/gm, replace: masked },
  {
    pattern: /(\blogin\s{1,8}\S{1,128}\s{1,8}password\s{1,8})(\S+)/g,
    // `login failed: password authentication failed`
    replace: (match, head = '', value = '') => (isSentenceWord(value) ? match : `${head}${MASK}`),
  },
  // Arguments of programs that take a password
  { pattern: /(\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?["']?[^\s:'"]{1,128}:)[^\s'"]+/g, replace: masked },
  { pattern: /(\bredis-cli\b[^\n]{0,200}?\s(?:-a|--pass)[ =]?["']?)[^\s'"]+/g, replace: masked },
  { pattern: /(\bsshpass\b[^\n]{0,40}?\s-p ?["']?)[^\s'"]+/g, replace: masked },
  {
    pattern:
      /(\b(?:docker|podman|helm|crane|oras|skopeo|regctl)\b[^\n]{0,120}?\blogin\b[^\n]{0,120}?\s-p[ =]["']?)[^\s'"]+/g,
    replace: masked,
  },
  { pattern: /(\b(?:mysql|mysqldump|mariadb)\b[^\n]{0,120}?\s-p)[^\s'"]+/g, replace: masked },
  {
    pattern: /(\bhtpasswd\b[^\n]{0,80}?\s-[A-Za-z]{0,8}b[A-Za-z]{0,8}\s{1,8}(?:\S{1,128}\s{1,8}){1,2})\S+/g,
    replace: masked,
  },
  { pattern: /(-pass(?:in|out)?\s{1,8}pass:)\S+/g, replace: masked },
  // A change from one value to another
  {
    pattern: /(\[redacted\]["']\s{0,4}(?:=>|->|→)\s{0,4}["'])[^"'\n]{1,4096}/g,
    replace: masked,
  },
  {
    pattern: /(\[redacted\] to )(\S{6,512})/g,
    replace: (match, head = '', value = '') => (looksMade(value) ? `${head}${MASK}` : match),
  },
  // Redis and SQL
  {
    pattern: /\b(AUTH\s{1,8})(?:(\w{1,64})\s{1,8})?("[^"\n]{1,512}"|[^\s"'<]{6,512})(?=\s|$)/g,
    replace: (match, head = '', user = '', value = '') =>
      isSentenceWord(value) || (user !== '' && isSentenceWord(user) && user !== 'user')
        ? match
        : `${head}${user ? `${user} ` : ''}${MASK}`,
  },
  { pattern: /(\bACL\s{1,8}SETUSER\b[^\n]{0,200}?\s[>#])\S+/gi, replace: masked },
  {
    pattern: /\b((?:ENCRYPTED\s{1,8})?PASSWORD\s{1,8}(?:U&|E)?)'[^'\n]*(?:''[^'\n]*){0,8}'/gi,
    replace: (_match, head = '') => `${head}'${MASK}'`,
  },
  {
    pattern: /(\bIDENTIFIED\s{1,8}BY\s{1,8})'[^'\n]*(?:''[^'\n]*){0,8}'/g,
    replace: (_match, head = '') => `${head}'${MASK}'`,
  },
];

/** A text without what is known to be secret by its form. */
export function withoutKnownShapes(text: string): string {
  let clean = text;
  for (const { pattern, replace } of SHAPES) clean = clean.replace(pattern, replace);
  return withoutRandomRuns(withoutUserinfo(clean));
}

const ADDRESS = /:\/\/|%3A%2F%2F/gi;
/** A longer authority is none. */
const LONGEST_AUTHORITY = 2_048;
const AUTHORITY_END = /[\s"'<>`\\]/;

/** `user:password@` and `token@` in addresses of every scheme, plain or encoded. */
function withoutUserinfo(text: string): string {
  let out = '';
  let at = 0;
  const found = [...text.matchAll(ADDRESS)];
  found.forEach((match, index) => {
    const from = match.index + match[0].length;
    // Up to the next address: what is between two of them is walked once.
    const rest = text.slice(from, Math.min(found[index + 1]?.index ?? text.length, from + LONGEST_AUTHORITY));
    const end = rest.search(AUTHORITY_END);
    const run = end < 0 ? rest : rest.slice(0, end);
    const secret = match[0] === '://' ? userinfo(run) : encodedUserinfo(run);
    if (!secret) return;
    out += `${text.slice(at, from + secret.from)}${MASK}`;
    at = from + secret.to;
  });
  return out + text.slice(at);
}

function userinfo(own: string): { from: number; to: number } | null {
  const slash = own.search(/[/?]/);
  const upTo = slash < 0 ? own : own.slice(0, slash);
  // In a password nobody has encoded `#`: the address goes on behind it.
  const hash = upTo.indexOf('#');
  const authority = hash < 0 || upTo.includes('@', hash) ? upTo : upTo.slice(0, hash);
  const colon = authority.indexOf(':');
  let end = authority.lastIndexOf('@');
  // A slash in the password: what is before it is no port then.
  const isPort = /^\d{0,5}$/.test(authority.slice(colon + 1)) && own[authority.length] !== '#';
  const last = own.lastIndexOf('@');
  if (end < 0 && colon >= 0 && !isPort) end = last;
  // Both in the password: signs that no path has before another host.
  if (colon >= 0 && colon < end && end < last && /[=+!$^*~][^/]*$/.test(own.slice(end, last))) end = last;
  if (end <= 0) return null;
  if (colon >= 0 && colon < end) return own.slice(colon + 1, end) === MASK ? null : { from: colon + 1, to: end };
  const user = own.slice(0, end);
  const isToken =
    user.length >= 16 && (/\d/.test(user) || /[a-z][A-Z]|[A-Z][a-z]+[A-Z]/.test(user) || user.length >= 24);
  return isToken ? { from: 0, to: end } : null;
}

function encodedUserinfo(run: string): { from: number; to: number } | null {
  const end = run.search(/%40/i);
  const colon = run.search(/%3A/i);
  return end > 0 && colon >= 0 && colon < end ? { from: colon + 3, to: end } : null;
}

const RUN = /[A-Za-z0-9+/_-]{30,}={0,2}/g;
/** A digest or a fingerprint says what something is, and opens nothing. */
const DIGEST_BEFORE = /(?:sha(?:1|224|256|384|512)[-:=_ ]?|md5[:-]|fingerprint[:= ]{1,2}|integrity[":= ]{1,4})$/i;

/** Runs of letters of both kinds and digits that nobody would call something by: keys in base64, generated passwords. */
function withoutRandomRuns(text: string): string {
  return text.replace(RUN, (run: string, at: number) => {
    if (DIGEST_BEFORE.test(text.slice(Math.max(0, at - 16), at))) return run;
    if (/^sha(?:1|224|256|384|512)-/.test(run)) return run;
    if (looksRandom(run)) return MASK;
    // A part of a path or of a name with dashes.
    return run.includes('/') || run.includes('-') || run.includes('_')
      ? run.replaceAll(/[A-Za-z0-9+]{30,}/g, (part) => (looksRandom(part) ? MASK : part))
      : run;
  });
}

/** The length of a password that the charts make (`randAlphaNum 48`). */
const OWN_LENGTH = 48;

function looksRandom(run: string): boolean {
  const letters = run.replaceAll(/[^A-Za-z0-9]/g, '');
  if (letters.length < 28 || !/[a-z]/.test(letters) || !/[A-Z]/.test(letters)) return false;
  const parts = run.split(/[/_-]/);
  const isOwn = letters.length === OWN_LENGTH && parts.length === 1;
  if (!/\d/.test(letters) && !isOwn) return false;
  // A path, or words with dashes: their parts are short and all of one kind.
  if (parts.length > 2 && parts.filter((part) => isWord(part)).length * 2 >= parts.length) return false;
  const lower = (run.match(/[a-z]{4,}/g) ?? []).join('').length;
  if (isOwn) return lower < letters.length * 0.75;
  const segments = letters.match(/[A-Z]*[a-z]+|[A-Z]+|\d+/g) ?? [];
  return lower < letters.length * 0.5 && letters.length / segments.length < 4.4;
}

function isWord(part: string): boolean {
  return (
    part === '' ||
    (/^(?:[a-z]*|[A-Z]?[a-z]+|[A-Z]+|\d+|[vV]?\d+|[a-z]+\d+|[A-Z]{1,4}\d{1,3})$/.test(part) && part.length <= 24)
  );
}

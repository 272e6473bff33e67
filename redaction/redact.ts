/** What stands in the place of a secret. */
export const MASK = '[redacted]';

/** Names of settings that hold secrets, as the appliance and common programs write them. */
const SECRET_NAME = String.raw`[\w.-]*(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|auth[_-]?key|private[_-]?key|access[_-]?key|client[_-]?key|cryptr?[_-]?key|encryption[_-]?key|secretbox\w*|credential|requirepass|masterauth|authorization|cookie|bearer)[\w.-]*`;

const WHOLE_NAME = new RegExp(`^-{0,2}${SECRET_NAME}$`, 'i');

/** Says whether a setting, flag or field of that name holds a secret. */
export function isSecretName(name: string): boolean {
  return WHOLE_NAME.test(name.slice(name.lastIndexOf('/') + 1));
}

/** Words that may follow `password …` or `token …` in an ordinary sentence; they are no secret. */
const PLAIN =
  /^(?:authentication|failed|required|expired|invalid|missing|not|is|was|for|of|and|or|file|null|undefined|none|true|false|empty|must|has|are|cannot|mismatch|incorrect|wrong|encryption|provided|supplied|configured|in|from|the|a|to|too|on|at|by|with|endpoint|request|response|error|errors|not_found|found|does|unexpected|get|post|head|dial|https?|could|unable|cannot|status|code|x509|tls|context|server|secrets?|configmaps?|references|server|read|write|password|token)[.,:;!?]?$/i;

/** A file's name before a line number (`db-secret.yaml:9:4`) and a program's kind of error are no settings. */
const NO_SETTING = /(?:\.(?:ya?ml|tpl|json|[cm]?[jt]s|go|py|rb|sh|conf|ini|txt|pem|crt)|Error|Exception)["']?\s*:\s*$/i;

/** A quoted name, a space and a colon stand before a sentence (`volume "x-token-5nbrm" : couldn't …`), not before a value. */
const BEFORE_SENTENCE = /["'] +: *$/;

/** How Flux writes an object: `Kind/namespace/name`. */
const OBJECT_NAME = /^[A-Z][A-Za-z]+\/[a-z0-9-]+(?:\/[a-z0-9.-]+)?$/;

/** What a setting without a value is written as. */
const NOTHING = /^(?:null|undefined|none|true|false)[.,:;]?$/i;

const rules: readonly { pattern: RegExp; replace: (match: string, ...groups: string[]) => string }[] = [
  // PEM blocks, whole or cut short
  {
    pattern: /-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)[A-Z ]*-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g,
    replace: () => MASK,
  },
  // user:password@ in a URL
  {
    pattern: /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/:@'"]*):([^\s/'"]+)@/gi,
    replace: (_m, scheme = '', user = '') => `${scheme}${user}:${MASK}@`,
  },
  // token@ in a URL
  { pattern: /\b(https?:\/\/)([A-Za-z0-9_-]{16,})@/g, replace: (_m, scheme = '') => `${scheme}${MASK}@` },
  // Authorization headers
  {
    pattern: /\b(authorization"?\s*[:=]\s*"?)(?:(basic|bearer|token|negotiate)\s+)?([^\s"',]+)/gi,
    replace: (match, head = '', kind = '', value = '') =>
      !kind && PLAIN.test(value) ? match : `${head}${kind ? `${kind} ` : ''}${MASK}`,
  },
  { pattern: /\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, replace: (_m, kind = '') => `${kind} ${MASK}` },
  // JSON Web Tokens; tokens of well-known services
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}/g, replace: () => MASK },
  {
    pattern:
      /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{20,}|dckr_pat_[\w-]{16,}|npm_[A-Za-z0-9]{30,}|AIza[\w-]{30,})/g,
    replace: () => MASK,
  },
  // name: "value", name=value, --name value; after a slash and before a colon a name is the end of an address
  {
    pattern: new RegExp(
      String.raw`(\/?)(["']?\b${SECRET_NAME}["']?\s*(?:[:=]|=>)\s*)(?:"((?:[^"\\]|\\.)*)"?|'([^']*)'?|([^\s"',;&)}\]]+))`,
      'gi',
    ),
    replace: (match, slash = '', head = '', double, single, bare) => {
      const value = double ?? single ?? bare ?? '';
      const isAssigned = /=["'\s]*$/.test(head);
      if (value === '' || value === MASK || NO_SETTING.test(head) || (slash && !isAssigned)) return match;
      if (bare !== undefined && BEFORE_SENTENCE.test(head)) return match;
      if (bare !== undefined && (isAssigned ? NOTHING : PLAIN).test(bare)) return match;
      const quote = double !== undefined ? '"' : single !== undefined ? "'" : '';
      return `${slash}${head}${quote}${MASK}${quote}`;
    },
  },
  {
    pattern: new RegExp(String.raw`(?<![\w-])(--?${SECRET_NAME}\s+)([^\s"'-][^\s"']*)`, 'gi'),
    replace: (match, head = '', value = '') => (PLAIN.test(value) ? match : `${head}${MASK}`),
  },
  // A name and its value inside text that is quoted itself, and a value that YAML puts on the next line
  {
    pattern: new RegExp(String.raw`(\\+["']${SECRET_NAME}\\+["']\s*:\s*\\+["'])([^"'\\]+)`, 'gi'),
    replace: (_m, head = '') => `${head}${MASK}`,
  },
  {
    pattern: new RegExp(String.raw`(\b${SECRET_NAME}["']?:\s*)(?:[>|][+-]?|\[redacted\])(\s*\n\s+)(\S+)`, 'gi'),
    replace: (match, head = '', gap = '', value = '') => (PLAIN.test(value) ? match : `${head}|${gap}${MASK}`),
  },
  // Signed addresses; what Docker and PgBouncer keep in their files
  {
    pattern: /([?&](?:[\w-]*signature|sig|code|session)=)[^&\s"']+/gi,
    replace: (_m, head = '') => `${head}${MASK}`,
  },
  { pattern: /("auth"\s*:\s*")[^"]{4,}(")/g, replace: (_m, head = '', tail = '') => `${head}${MASK}${tail}` },
  { pattern: /^(\s*"[^"\s]+"\s+")[^"]+("\s*)$/gm, replace: (_m, head = '', tail = '') => `${head}${MASK}${tail}` },
  // curl, redis-cli, redis.conf
  {
    pattern: /(\bcurl\b.{0,200}?\s(?:-u|--user)[ =]?["']?[^\s:'"]+:)[^\s'"]+/g,
    replace: (_m, head = '') => `${head}${MASK}`,
  },
  { pattern: /(\bredis-cli\b.{0,200}?\s(?:-a|--pass)[ =]?)\S+/g, replace: (_m, head = '') => `${head}${MASK}` },
  {
    pattern: /(\b(?:requirepass|masterauth)\s+)("[^"]*"|[^\s"'<:]+)/g,
    replace: (match, head = '', value = '') => (PLAIN.test(value) ? match : `${head}${MASK}`),
  },
  // Redis and SQL statements that carry a password
  {
    pattern: /\b(AUTH\s+)(?:(\w+)\s+)?("[^"]+"|[^\s"'<]{6,})(?=\s|$)/g,
    replace: (match, head = '', _user, value = '') => (PLAIN.test(value) ? match : `${head}${MASK}`),
  },
  { pattern: /\b((?:ENCRYPTED\s+)?PASSWORD\s+)'[^']*'/gi, replace: (_m, head = '') => `${head}'${MASK}'` },
];

/** A run of letters of all kinds and digits, too mixed for a name: a key in base64. Digests and paths are left alone. */
const KEY_LIKE =
  /(?<![\w/.:@-])(?=[A-Za-z0-9+/_-]*[a-z])(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z0-9+/_-]*\d)[A-Za-z0-9+/_-]{32,}={0,2}(?![\w.])/g;

/**
 * Takes any text from outside, gives it without secrets: passwords in URLs and settings, tokens, keys, certificates. What
 * a person needs to read a failure stays: names of users, objects, images and digests.
 */
export function redact(text: string): string {
  let clean = text;
  for (const { pattern, replace } of rules) clean = clean.replace(pattern, replace);
  return clean.replace(KEY_LIKE, (run) => ((run.match(/\//g) ?? []).length > 2 || OBJECT_NAME.test(run) ? run : MASK));
}

import { MASK } from './mask.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}(?:KEY|CERTIFICATE|MESSAGE)[A-Z0-9 ]{0,20}-----/g;
const END = /-----END [A-Z0-9 ]{0,60}-----/g;
/** One line of a key in base64, as PEM writes it. */
const ENCODED_LINE = /^[\s"'|>]*[A-Za-z0-9+/=]{16,80}["',\\]*$/;

/** Keys and certificates in PEM, whole or cut short at either end. */
export function withoutPem(text: string): string {
  if (!text.includes('-----')) return text;
  let out = '';
  let at = 0;
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(text); begin; begin = BEGIN.exec(text)) {
    END.lastIndex = BEGIN.lastIndex;
    const to = END.exec(text) ? END.lastIndex : text.length;
    out += `${text.slice(at, begin.index)}${MASK}`;
    at = to;
    BEGIN.lastIndex = to;
  }
  return withoutPemEnds(out + text.slice(at));
}

/** A log's tail can begin in the middle of a key. */
function withoutPemEnds(text: string): string {
  if (!text.includes('-----END ')) return text;
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (line.search(END) < 0) return;
    const before = line.slice(0, line.search(END));
    lines[index] = MASK;
    if (before.trim() !== '' && !ENCODED_LINE.test(before)) lines[index] = `${before.replace(/\S{16,}$/, '')}${MASK}`;
    for (let at = index - 1; at >= 0 && ENCODED_LINE.test(lines[at] ?? ''); at -= 1) lines[at] = MASK;
  });
  return lines.join('\n');
}

const YAML_SECRET = /^[ \t]*(?:- )?kind:[ \t]*["']?Secret["']?[ \t]*$/m;
const JSON_SECRET = /\\{0,7}"kind\\{0,7}":\s?\\{0,7}"Secret\\{0,7}"/;
/** A flat map below `data` or `stringData`, at any depth of quoting. */
const JSON_DATA = /("(?:data|stringData)\\{0,7}":\s{0,8}\{)[^{}]+(\})/g;

/** What a text of Kubernetes says inside of Secrets: `data` and `stringData` of its YAML documents and of its JSON. */
export function withoutSecretObjects(text: string): string {
  let clean = text;
  if (JSON_SECRET.test(clean)) clean = clean.replaceAll(JSON_DATA, `$1${MASK}$2`);
  if (!YAML_SECRET.test(clean)) return clean;
  return clean
    .split(/^(?=---[ \t]*$)/m)
    .map((document) => (YAML_SECRET.test(document) ? withoutYamlData(document) : document))
    .join('');
}

function withoutYamlData(document: string): string {
  let indent: number | null = null;
  return document
    .split('\n')
    .map((line) => {
      const own = line.length - line.trimStart().length;
      if (indent !== null && line.trim() !== '' && own <= indent) indent = null;
      if (indent !== null) return line.replace(/^(\s*[\w.-]{1,253}:)?\s*\S.*$/, `$1 ${MASK}`);
      if (/^\s*(?:data|stringData):\s*$/.test(line)) indent = own;
      return line;
    })
    .join('\n');
}

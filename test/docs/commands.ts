import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Documents for people in which commands of the client stand. */
const DOCUMENTS = ['*.md', 'docs/*.md', 'flux/README.md', 'lab/README.md', 'releases/README.md', 'tools/README.md'];
/** What was, and is not typed again. */
const PAST = ['CHANGELOG.md', 'docs/decisions.md'];

/** One command of the client as a document has it. */
export interface Documented {
  readonly file: string;
  /** The heading under which it stands. */
  readonly heading: string;
  /** As it is written, without prompt, comment and redirection. */
  readonly text: string;
  /** Its words after the program's name. */
  readonly argv: readonly string[];
  /** In a block of shell, to be typed as it stands; else in a sentence, where a part may stand for the whole. */
  readonly isBlock: boolean;
}

/** Gives every command of the client in the documents. */
export async function documentedCommands(): Promise<Documented[]> {
  const files: string[] = [];
  for await (const file of glob(DOCUMENTS, { cwd: ROOT })) if (!PAST.includes(file)) files.push(file);
  const all = await Promise.all(
    files.toSorted().map(async (file) => commandsIn(file, await readFile(join(ROOT, file), 'utf8'))),
  );
  return all.flat();
}

/** The commands of the client in a document's shell blocks and sentences. */
export function commandsIn(file: string, text: string): Documented[] {
  const found: Documented[] = [];
  let heading = '';
  let fence: string | null = null;
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  for (const line of lines) {
    const mark = /^```(\w*)/.exec(line);
    if (mark) fence = fence === null ? (mark[1] ?? '') : null;
    else if (fence === null && line.startsWith('#')) heading = line.replace(/^#+ /, '');
    else if (fence === 'sh') found.push(...calls(line).map((one) => ({ file, heading, isBlock: true, ...one })));
    if (fence !== null || mark) continue;
    for (const [, code = ''] of line.matchAll(/`([^`]+)`/g))
      found.push(...calls(code).map((one) => ({ file, heading, isBlock: false, ...one })));
  }
  return found;
}

/** The calls of the client in a line of shell: each command of it that begins with the client's name. */
function calls(line: string): Pick<Documented, 'text' | 'argv'>[] {
  return line
    .replace(/(?:^|\s)#.*$/, '')
    .split(/&&|\|\||;|\s\|\s/)
    .map((part) => part.replace(/\s\d?>>?\s*\S+.*$/, '').trim())
    .flatMap((text) => {
      const [program, ...argv] = wordsOf(text);
      return program === 'appliance-client' || program === 'bin/appliance-client' ? [{ text, argv }] : [];
    });
}

/** Words as a shell takes them, as far as the documents need: quotes, and spaces between. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
}

/** CoreDNS's configuration as text, read and changed as little as possible: comments, order and other zones stay as they are. */

interface Line {
  readonly text: string;
  /** How many braces are open before the line. */
  readonly depth: number;
}

/** The servers of zone `.`: `.`, `.:53`, `dns://.:53`. Another zone's upstreams are not the appliance's to change. */
const ROOT_ZONE = /^([a-z]+:\/\/)?\.(:\d+)?$/;
const FORWARD_ROOT = /^(\s*forward\s+\.)((?:\s+(?![{#])\S+)+)(\s*\{?\s*(?:#.*)?)$/;

/** The servers for names outside the cluster; null if the Corefile has no server for them. */
export function upstreams(corefile: string): string[] | null {
  const root = rootServer(linesOf(corefile));
  if (!root) return null;
  return root.forward === null ? [] : upstreamsIn(root.lines[root.forward]);
}

/**
 * The Corefile that uses these servers and is otherwise the same; the very same text if it already does. Null if it
 * has no server for the root zone: then nothing can be changed safely.
 */
export function withUpstreams(corefile: string, servers: readonly string[]): string | null {
  const lines = linesOf(corefile);
  const root = rootServer(lines);
  if (!root || servers.length === 0) return null;
  if (root.forward === null) {
    const texts = lines.map(({ text }) => text);
    texts.splice(root.end, 0, `    forward . ${servers.join(' ')}`);
    return texts.join('\n');
  }
  const at = root.forward;
  return lines
    .map(({ text }, index) =>
      index === at && !isSame(upstreamsIn(lines[at]), servers)
        ? text.replace(FORWARD_ROOT, (_, head: string, __, tail: string) => `${head} ${servers.join(' ')}${tail}`)
        : text,
    )
    .join('\n');
}

function linesOf(corefile: string): Line[] {
  let depth = 0;
  return corefile.split('\n').map((text) => {
    const line = { text, depth };
    for (const token of text.replace(/#.*/, '').split(/\s+/)) {
      if (token === '{' || token.endsWith('{')) depth += 1;
      if (token === '}') depth -= 1;
    }
    return line;
  });
}

/** The block of the root zone: all lines, the index of its `forward .` line, and the index of its closing brace. */
function rootServer(lines: readonly Line[]): { lines: readonly Line[]; forward: number | null; end: number } | null {
  const start = lines.findIndex(
    ({ text, depth }) =>
      depth === 0 &&
      text
        .replace(/#.*/, '')
        .split(/[\s,{]+/)
        .some((key) => ROOT_ZONE.test(key)),
  );
  if (start === -1) return null;
  const end = lines.findIndex(({ text, depth }, index) => index > start && depth === 1 && text.trim().startsWith('}'));
  if (end === -1) return null;
  const forward = lines.findIndex(
    ({ text, depth }, index) => index > start && index < end && depth === 1 && FORWARD_ROOT.test(text),
  );
  return { lines, forward: forward === -1 ? null : forward, end };
}

function upstreamsIn(line: Line | undefined): string[] {
  return (
    FORWARD_ROOT.exec(line?.text ?? '')?.[2]
      ?.trim()
      .split(/\s+/) ?? []
  );
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

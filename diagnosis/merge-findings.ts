import type { Finding } from './findings/finding.ts';
import { newest, oldest } from '../kubernetes/time.ts';

function merge(a: Finding, b: Finding): Finding {
  const first =
    (b.latest ?? 0) > (a.latest ?? 0) && !a.object.startsWith('Pod ') && b.object.startsWith('Pod ') ? b : a;
  const other = first === a ? b : a;
  const seen = new Set(first.statements.map((one) => `${one.object} ${one.message}`));
  return {
    ...first,
    above: [...new Set([...a.above, ...b.above])],
    statements: [...first.statements, ...other.statements.filter((one) => !seen.has(`${one.object} ${one.message}`))],
    facts: { ...other.facts, ...first.facts },
    since: oldest(a.since, b.since),
    latest: newest(a.latest, b.latest),
    severity: a.severity === 'error' || b.severity === 'error' ? 'error' : 'warning',
    mentions: `${a.mentions}\n${b.mentions}`,
  };
}

/**
 * One finding for each code and component, in an order that depends neither on the snapshot's nor on the hash in a
 * pod's name: `temporal-v0…` would be after `temporal-ui-…`, and `temporal-7d…` before it.
 */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  const ordered = findings.toSorted(
    (a, b) =>
      a.component.localeCompare(b.component) ||
      a.object.localeCompare(b.object) ||
      a.code.localeCompare(b.code) ||
      (b.latest ?? 0) - (a.latest ?? 0) ||
      a.mentions.localeCompare(b.mentions),
  );
  for (const one of ordered) {
    const key = `${one.code}/${one.component}`;
    const known = merged.get(key);
    merged.set(key, known ? merge(known, one) : one);
  }
  return [...merged.values()];
}

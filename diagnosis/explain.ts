import type { Finding, Report } from './findings/finding.ts';
import { before, explains, isBelow, layerRank } from './edges.ts';
import { mergeFindings } from './merge-findings.ts';
import { lacks } from './needs.ts';
import { SAYS_NOT_WHY } from './says-not-why.ts';
import { layerOf } from '../model/blocker.ts';

/** A cause that no other finding explains, and the findings that follow from it. */
export interface Root {
  readonly finding: Finding;
  readonly consequences: { readonly finding: Finding; readonly why: string }[];
}

/** What is in progress that the finding only waits for: its own image, or a component that it needs; null when nothing is. */
function waitsForOperation(finding: Finding, report: Report): string | null {
  const underWay = report.operations.filter((one) => one.kind !== 'helm');
  const own = SAYS_NOT_WHY.has(finding.code) && underWay.find((one) => one.above.includes(finding.object));
  const operation = own || underWay.find((one) => lacks(finding, one.component));
  return operation ? `it is waiting for an operation in progress: ${operation.message}` : null;
}

/**
 * Root causes with their consequences, the most login-blocking first. Every finding is either a root or below one:
 * nothing is lost, nothing is reported twice.
 */
export function explain(report: Report): {
  readonly roots: Root[];
  readonly waiting: { readonly finding: Finding; readonly why: string }[];
} {
  const all = mergeFindings(report.findings);
  const waiting: { finding: Finding; why: string }[] = [];
  const isExplained = (one: Finding) =>
    all.some((other) => other !== one && explains(other, one) && waitsForOperation(other, report) === null);
  for (const one of all) {
    const why = waitsForOperation(one, report);
    if (why && !isExplained(one)) waiting.push({ finding: one, why });
  }
  // What stands above something that only waits, and has no other cause, waits with it.
  for (const one of all) {
    const below = waiting.find((each) => each.finding !== one && isBelow(each.finding, one));
    const isWaiting = waiting.some((each) => each.finding === one);
    if (below && !isWaiting && SAYS_NOT_WHY.has(one.code) && !isExplained(one))
      waiting.push({ finding: one, why: below.why });
  }
  const standing = all.filter((one) => !waiting.some((each) => each.finding === one));

  const causeOf = new Map<Finding, { cause: Finding; why: string }>();
  for (const effect of standing) {
    const candidates = standing.flatMap((cause) => {
      const why = cause === effect ? null : explains(cause, effect);
      // Two that would explain each other: the one in the deeper layer is the cause.
      const mutual = why !== null && explains(effect, cause) !== null;
      const deeper =
        layerRank(layerOf(cause.code)) - layerRank(layerOf(effect.code)) || (before(cause, effect) ? -1 : 1);
      return why !== null && (!mutual || deeper < 0) ? [{ cause, why }] : [];
    });
    const best = candidates.toSorted(
      (a, b) =>
        Number(SAYS_NOT_WHY.has(a.cause.code)) - Number(SAYS_NOT_WHY.has(b.cause.code)) ||
        Number(!before(a.cause, b.cause)) - Number(!before(b.cause, a.cause)),
    )[0];
    if (best) causeOf.set(effect, best);
  }
  const rootOf = (finding: Finding): Finding => {
    const path = new Set<Finding>();
    let one = finding;
    for (let next = causeOf.get(one); next && !path.has(one); next = causeOf.get(one)) {
      path.add(one);
      one = next.cause;
    }
    return one;
  };
  const roots = new Map<Finding, Root>();
  for (const one of standing) {
    const root = rootOf(one);
    const known = roots.get(root) ?? { finding: root, consequences: [] };
    if (root !== one) known.consequences.push({ finding: one, why: causeOf.get(one)?.why ?? '' });
    roots.set(root, known);
  }
  return { roots: [...roots.values()], waiting };
}

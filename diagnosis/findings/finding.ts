import { redact } from '../../redaction/index.ts';
import type { BlockerCode } from '../../model/blocker.ts';
import type { ActiveOperation } from '../../model/status.ts';
import type { TierId } from '../../model/tiers.ts';
import { matchText, type Match } from '../classify.ts';
import type { RuledOut, Signal } from '../graph.ts';
import type { Domain, Facts } from '../rule.ts';
import type { Place } from '../../kubernetes/places.ts';
import { iso, newest, oldest } from '../../kubernetes/time.ts';

/** A message as one source gave it, before it is judged. */
export interface Statement {
  readonly source: Signal['source'];
  readonly object: string;
  readonly reason: string;
  readonly message: string;
  readonly at: number | null;
  /** When it was first said, where that is known. */
  readonly first?: number | null;
  readonly count?: number | null;
}

/** A fault at one place, with the code that its own signals name. Whether it is a root is decided later. */
export interface Finding {
  readonly code: BlockerCode;
  readonly component: string;
  readonly tier: TierId;
  readonly object: string;
  readonly above: readonly string[];
  readonly statements: readonly Statement[];
  readonly facts: Facts;
  readonly since: number | null;
  readonly latest: number | null;
  readonly severity: 'error' | 'warning';
  /** All its own words, the complaints of its log among them: they name other components that it waits for. */
  readonly mentions: string;
}

/** What one look at one part of the snapshot gives. */
export interface Report {
  readonly findings: Finding[];
  readonly ruledOut: (Omit<RuledOut, 'signal'> & {
    readonly statement: Statement;
    readonly component: string;
    readonly tier: TierId;
  })[];
  readonly operations: (ActiveOperation & { readonly above: readonly string[] })[];
}

export function emptyReport(): Report {
  return { findings: [], ruledOut: [], operations: [] };
}

/** The first statement is the deciding one. */
export function finding(
  code: BlockerCode,
  place: Place,
  statements: readonly Statement[],
  more: { readonly facts?: Facts; readonly severity?: Finding['severity']; readonly complaints?: string } = {},
): Finding {
  return {
    code,
    component: place.component,
    tier: place.tier,
    object: place.object,
    above: place.above,
    statements,
    facts: more.facts ?? {},
    since: oldest(...statements.map((one) => one.first ?? one.at)),
    latest: newest(...statements.map((one) => one.at)),
    severity: more.severity ?? 'error',
    mentions: [...statements.map((one) => one.message), more.complaints ?? ''].join('\n'),
  };
}

/** Notes that a statement looked like a fault and is none, and why. */
export function ruleOut(report: Report, place: Place, statement: Statement, why: string): void {
  report.ruledOut.push({
    object: statement.object,
    message: redact(statement.message),
    why,
    statement,
    component: place.component,
    tier: place.tier,
  });
}

/** The first statement that a rule of the domain knows, newest first as they are given. */
export function firstMatch(
  domain: Domain,
  statements: readonly Statement[],
  accepts?: (match: Match) => boolean,
): { readonly match: Match; readonly statement: Statement } | null {
  for (const statement of statements) {
    const match = matchText(domain, statement.message, accepts);
    if (match) return { match, statement };
  }
  return null;
}

/** Puts the deciding statement first and keeps the others as company, each message once. */
export function decidedBy(statement: Statement, statements: readonly Statement[]): Statement[] {
  const seen = new Set<string>();
  return [statement, ...statements].filter((one) => {
    const key = `${one.source} ${one.message}`;
    if (one.message === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Gives when a signal was seen in the form that documents carry. */
export function signalOf(statement: Statement, index: number, component: string, tier: TierId): Signal {
  return {
    id: `s${index}`,
    source: statement.source,
    object: statement.object,
    component,
    tier,
    reason: statement.reason,
    message: redact(statement.message),
    at: iso(statement.at),
    count: statement.count ?? 1,
  };
}

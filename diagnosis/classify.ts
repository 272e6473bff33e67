import type { Domain, Facts, Rule } from './rule.ts';
import { RULES } from './rules/table.ts';

/** A rule that knows a message, with the particulars that the wording names. */
export interface Match {
  readonly rule: Rule;
  readonly facts: Facts;
  /** Where the wording was seen by its author. */
  readonly source: string;
  /** The rule's place in the table: the smaller, the nearer to a cause. */
  readonly rank: number;
}

const rankOf = new Map(RULES.map((rule, rank) => [rule, rank]));

const byDomain = new Map<Domain, Rule[]>();
for (const rule of RULES) {
  for (const domain of rule.domains) byDomain.set(domain, [...(byDomain.get(domain) ?? []), rule]);
}

function factsOf(groups: Record<string, string | undefined> | undefined): Facts {
  if (!groups) return {};
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined && value !== ''));
}

function matchAmong(domain: Domain, text: string, accepts: (match: Match) => boolean, weak: boolean): Match | null {
  for (const rule of byDomain.get(domain) ?? []) {
    if (rule.unless?.test(text)) continue;
    for (const wording of rule.wordings) {
      if ((wording.weak ?? false) !== weak) continue;
      const found = wording.pattern.exec(text);
      if (!found) continue;
      const rank = (rankOf.get(rule) ?? RULES.length) + (weak ? RULES.length : 0);
      const match = { rule, facts: factsOf(found.groups), source: wording.source, rank };
      if (accepts(match)) return match;
    }
  }
  return null;
}

/**
 * Takes a message and where it was said, gives the first rule of the table that knows it and is accepted; null when none is.
 * Weak wordings are asked last.
 */
export function matchText(domain: Domain, text: string, accepts: (match: Match) => boolean = () => true): Match | null {
  return matchAmong(domain, text, accepts, false) ?? matchAmong(domain, text, accepts, true);
}

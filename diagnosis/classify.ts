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

/** Takes a message and where it was said, gives the first rule of the table that knows it and is accepted; null when none is. */
export function matchText(domain: Domain, text: string, accepts: (match: Match) => boolean = () => true): Match | null {
  for (const rule of byDomain.get(domain) ?? []) {
    if (rule.unless?.test(text)) continue;
    for (const { pattern, source } of rule.wordings) {
      const found = pattern.exec(text);
      if (!found) continue;
      const match = { rule, facts: factsOf(found.groups), source, rank: rankOf.get(rule) ?? RULES.length };
      if (accepts(match)) return match;
    }
  }
  return null;
}

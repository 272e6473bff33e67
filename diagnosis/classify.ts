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

/** All wordings of a rule as one, which is quicker to ask than each by itself: it knows all that they know, and more. */
const glances = new Map(
  RULES.map((rule) => {
    const sources = rule.wordings.map(({ pattern }) => pattern.source.replaceAll(/\(\?<\w+>/g, '(?:'));
    return [rule, sources.length > 0 ? new RegExp(sources.join('|'), 'ims') : null];
  }),
);

/**
 * Takes a message and where it was said, gives the first rule of the table that knows it and is accepted; null when none is.
 * A weak wording counts when no other does.
 */
export function matchText(domain: Domain, text: string, accepts: (match: Match) => boolean = () => true): Match | null {
  let spare: Match | null = null;
  for (const rule of byDomain.get(domain) ?? []) {
    if (!glances.get(rule)?.test(text) || rule.unless?.test(text)) continue;
    for (const { pattern, source, weak = false } of rule.wordings) {
      const found: RegExpExecArray | null = weak && spare ? null : pattern.exec(text);
      if (!found) continue;
      const rank = (rankOf.get(rule) ?? RULES.length) + (weak ? RULES.length : 0);
      const match: Match = { rule, facts: factsOf(found.groups), source, rank };
      if (!accepts(match)) continue;
      if (!weak) return match;
      spare = match;
    }
  }
  return spare;
}

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

/** Wordings of a rule with the same flags as one, which is faster than one by one. */
const glances = new Map(
  RULES.map((rule) => {
    const byFlags = new Map<string, string[]>();
    for (const { pattern } of rule.wordings) {
      const source = pattern.source.replaceAll(/\(\?<\w+>/g, '(?:');
      byFlags.set(pattern.flags, [...(byFlags.get(pattern.flags) ?? []), source]);
    }
    return [rule, [...byFlags].map(([flags, sources]) => new RegExp(sources.join('|'), flags))];
  }),
);

/** Longer than what a program says of one failure: a termination message has 4 KB, a line of a log is cut at 8 KB. */
const LONGEST_END = 8192;

/** What a text says at both ends: what lies between them in a longer one is data, and takes time with every rule. */
function endsOf(text: string): string {
  return text.length <= 2 * LONGEST_END ? text : `${text.slice(0, LONGEST_END)}\n${text.slice(-LONGEST_END)}`;
}

/** The first rule of the table that matches and is accepted. A weak wording counts only if no other matches. */
export function matchText(
  domain: Domain,
  whole: string,
  accepts: (match: Match) => boolean = () => true,
): Match | null {
  const text = endsOf(whole);
  let spare: Match | null = null;
  for (const rule of byDomain.get(domain) ?? []) {
    if (!glances.get(rule)?.some((glance) => glance.test(text)) || rule.unless?.test(text)) continue;
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

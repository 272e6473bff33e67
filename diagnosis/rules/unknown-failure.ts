import { appliance, describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A failure that no rule knows: reported with its evidence, never dressed as a known one. */
export const rule: Rule = {
  code: 'unknown-failure',
  title: 'A failure that is not known yet',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ object }) => `${object} fails, and no rule knows these words.`,
  nextAction: (context) =>
    `Read the evidence and \`${describe(context)}\`. The installer looks again by itself. If it stays, save what can be seen, \`${appliance(context, 'diagnose --save snapshot.json')}\`, and send that file to the maintainers.`,
};

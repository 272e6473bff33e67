import { RECHECKS, advise, client } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A failure that no rule knows: reported with its evidence, never dressed as a known one. */
export const rule: Rule = {
  code: 'unknown-failure',
  title: 'Unknown failure',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ object }) => `${object} fails with a message that no rule knows.`,
  advice: (context) =>
    advise`Read the evidence and ${describe(context)}. ${RECHECKS} If it still fails, save a snapshot with ${client('diagnose', '--save', 'snapshot.json')} and send that file to the maintainers.`,
};

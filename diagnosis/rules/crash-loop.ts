import { appliance, kubectl, namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** It keeps exiting and nothing in its log or state explains why. */
export const rule: Rule = {
  code: 'crash-loop',
  title: 'A program keeps exiting',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ object, facts }) =>
    `A container of ${object} keeps exiting${facts?.detail ? ` (${facts.detail})` : ''}, and neither its state nor its log says why.`,
  nextAction: (context) => {
    const named = namedObject(context.object);
    const logs = named
      ? kubectl(context, `-n ${named.namespace ?? 'default'} logs ${named.name} --previous --tail=100`)
      : appliance(context, `logs ${context.component}`);
    return `Read its last words: \`${logs}\`. If they do not help, save what can be seen, \`${appliance(context, 'diagnose --save snapshot.json')}\`, and send that file to the maintainers.`;
  },
};

import { appliance, fileOf, nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The cluster that answers is not the one this site's record names. */
export const rule: Rule = {
  code: 'foreign-cluster',
  title: 'This is another cluster',
  retry: 'manual',
  domains: [],
  wordings: [],
  reason: (context) =>
    `The cluster that answers on ${nodeOf(context)} is not the one that this site installed: its identity differs from the record.`,
  nextAction: (context) =>
    `Nothing was changed. Check the address and ${fileOf(context, 'kubeconfig')}; if the node was installed anew on purpose, use another site name (\`${appliance(context, 'start')}\` with \`--site <new>\`).`,
};

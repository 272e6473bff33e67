import { advise, client, fileOfSite, holeFor } from '../../model/advice.ts';
import { nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The cluster that answers is not the one this site's record names. */
export const rule: Rule = {
  code: 'foreign-cluster',
  title: 'This is another cluster',
  retry: 'manual',
  domains: [],
  wordings: [],
  reason: (context) =>
    `The cluster that answers on ${nodeOf(context)} is not the cluster that this site installed: its identity differs from the site record.`,
  advice: () =>
    advise`Nothing was changed. Check the address and ${fileOfSite('kubeconfig')}. If the node was reinstalled on purpose, use another site name (${client('start', '--site', holeFor('new'))}).`,
};

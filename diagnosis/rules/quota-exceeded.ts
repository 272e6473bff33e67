import { advise, kubectl, named } from '../../model/advice.ts';
import { namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A quota or limit range refuses the pod. */
export const rule: Rule = {
  code: 'quota-exceeded',
  title: 'A quota refuses the pod',
  retry: 'after-change',
  domains: ['admission', 'helm', 'flux-apply', 'claim', 'kube-api'],
  wordings: [
    {
      pattern:
        /exceeded quota: ?(?<detail>[\w.-]+)?|failed quota: ?(?<key>[\w.-]+)?|must specify (?:limits|requests)\.|(?:maximum|minimum) (?:cpu|memory|storage|ephemeral-storage) (?:usage|limit to request ratio) per|max limit to request ratio per|LimitRange|insufficient quota/i,
      source: 'kube-apiserver resourcequota and limitranger admission',
    },
  ],
  reason: ({ object, facts }) =>
    `A quota or limit range${(facts?.detail ?? facts?.key) ? ` (${facts?.detail ?? facts?.key})` : ''} refuses the pod of ${object}.`,
  advice: (context) => {
    const namespace = namedObject(context.object)?.namespace ?? 'msp';
    return advise`The appliance needs no quota: ${kubectl('-n', named(namespace, 'namespace'), 'get', 'resourcequota,limitrange')} shows it. Raise or delete it. The controller then creates the pod automatically.`;
  },
};

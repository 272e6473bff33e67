import { kubectl, namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A Flux object is suspended: nothing will change until it is resumed. */
export const rule: Rule = {
  code: 'flux-suspended',
  title: 'A Flux object is suspended',
  retry: 'after-change',
  domains: [],
  wordings: [],
  reason: ({ object }) =>
    `${object} is suspended: Flux does not bring it to the wanted state until somebody resumes it.`,
  nextAction: (context) => {
    const named = namedObject(context.object);
    const object = named
      ? `-n ${named.namespace ?? 'flux-system'} patch ${named.kind.toLowerCase()} ${named.name}`
      : 'patch <object>';
    return `If nobody is working on it, resume it: \`${kubectl(context, `${object} --type=merge -p '{"spec":{"suspend":false}}'`)}\`.`;
  },
};

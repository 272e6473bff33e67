import { advise, holeFor, kubectl, named } from '../../model/advice.ts';
import { namedObject, kindWord } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A Flux object is suspended: nothing will change until it is resumed. */
export const rule: Rule = {
  code: 'flux-suspended',
  title: 'A Flux object is suspended',
  retry: 'after-change',
  domains: [],
  wordings: [],
  reason: ({ object }) => `${object} is suspended: Flux does not reconcile it until it is resumed.`,
  advice: (context) => {
    const seen = namedObject(context.object);
    const object = seen
      ? ['-n', named(seen.namespace ?? 'flux-system', 'namespace'), 'patch', kindWord(seen), named(seen.name, 'name')]
      : ['patch', holeFor('object')];
    return advise`If no maintenance is in progress, resume it: ${kubectl(...object, '--type=merge', '-p', '{"spec":{"suspend":false}}')}.`;
  },
};

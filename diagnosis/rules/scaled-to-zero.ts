import { RECHECKS, advise, kubectl, named } from '../../model/advice.ts';
import { namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A component that must run is told to run no pods. */
export const rule: Rule = {
  code: 'scaled-to-zero',
  title: 'A component is scaled to zero',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ object, component }) => `${object} is set to run no pods, so ${component} does not run.`,
  advice: (context) => {
    const seen = namedObject(context.object);
    const scale = kubectl(
      '-n',
      named(seen?.namespace, 'namespace'),
      'scale',
      named(seen ? `${seen.kind.toLowerCase()}/${seen.name}` : undefined, 'workload'),
      '--replicas=1',
    );
    return advise`If it was not stopped on purpose, start it again: ${scale}. ${RECHECKS}`;
  },
};

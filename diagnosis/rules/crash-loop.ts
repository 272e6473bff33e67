import { advise, client, kubectl, named } from '../../model/advice.ts';
import { namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** It keeps exiting and nothing in its log or state explains why. */
export const rule: Rule = {
  code: 'crash-loop',
  title: 'A program keeps exiting',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ object, facts }) =>
    `A container of ${object} keeps exiting${facts?.detail ? ` (${facts.detail})` : ''}. ${
      facts?.line ? `No rule knows its last error: ${facts.line}` : 'Neither its state nor its log says why.'
    }`,
  advice: (context) => {
    const seen = namedObject(context.object);
    const logs = seen
      ? kubectl('-n', named(seen.namespace, 'namespace'), 'logs', named(seen.name, 'pod'), '--previous', '--tail=100')
      : client('logs', named(context.component, 'component'));
    return advise`Read its last log lines: ${logs}. If they do not help, save a snapshot with ${client('diagnose', '--save', 'snapshot.json')} and send that file to the maintainers.`;
  },
};

import { RECHECKS, advise, client, named } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The process runs and its probe keeps failing, past its grace. */
export const rule: Rule = {
  code: 'probe-failing',
  title: 'A health probe keeps failing',
  retry: 'automatic',
  domains: ['probe'],
  wordings: [
    {
      pattern:
        /(?:Readiness|Liveness|Startup) probe (?:failed|errored)|failed (?:liveness|startup|readiness) probe|probe (?:failed|errored)|statuscode: \d+/i,
      source: 'kubelet prober.go',
    },
  ],
  reason: ({ object }) =>
    object.startsWith('Pod ')
      ? `A container of ${object} is running, but its probe still fails after its start-up time.`
      : `The application is Ready, but ${object} gives no login page.`,
  advice: (context) =>
    advise`Read the log of the program: ${client('logs', named(context.component, 'component'))}, and check its probe: ${describe(context)}. ${RECHECKS}`,
};

import { appliance, describe } from '../commands.ts';
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
    `A container of ${object} runs, but its probe keeps failing past the time it is given to start.`,
  nextAction: (context) =>
    `Read what the program itself says: \`${appliance(context, `logs ${context.component}`)}\`, and what the probe asks for: \`${describe(context)}\`. The installer keeps looking and goes on when the probe passes.`,
};

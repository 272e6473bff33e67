import { appliance } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A program that the installer needs is not on this machine. */
export const rule: Rule = {
  code: 'operator-tool-missing',
  title: 'A program is missing on this machine',
  retry: 'after-change',
  domains: ['operator', 'git', 'talos'],
  wordings: [
    {
      pattern: /(?:command not found|spawn (?<tool>[\w./-]+) ENOENT|"?(?<file>[\w.-]+)"?: executable file not found)/i,
      source: 'shells, Node child_process',
    },
  ],
  reason: ({ facts }) => `The program ${facts?.tool ?? facts?.file ?? 'that is needed'} is not on this machine.`,
  nextAction: (context) =>
    `Install ${context.facts?.tool ?? context.facts?.file ?? 'it'} and put it on the PATH (\`${appliance(context, 'doctor')}\` says which version and where from), then \`${appliance(context, 'retry')}\`.`,
};

import { RETRY, advise, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A program that the installer needs is not on this machine. */
export const rule: Rule = {
  code: 'operator-tool-missing',
  title: 'A program is missing on this machine',
  retry: 'after-change',
  domains: ['operator', 'git', 'talos'],
  wordings: [
    {
      pattern:
        /(?:command not found|spawn (?<tool>[\w./-]+) ENOENT|(?<![\w.-])(?<file>[\w.-]+)"?: executable file not found)/i,
      source: 'shells, Node child_process',
    },
  ],
  reason: ({ facts }) =>
    `The required program ${facts?.tool ?? facts?.file ?? ''} was not found on this machine.`.replace(/ {2,}/g, ' '),
  advice: (context) =>
    advise`Install ${context.facts?.tool ?? context.facts?.file ?? 'it'} and put it on the PATH (${client('doctor')} says which version and where from), then ${RETRY}.`,
};

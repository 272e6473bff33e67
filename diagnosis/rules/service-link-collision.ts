import { advise, kubectl, named } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A Service's environment variable (`NAME_PORT=tcp://…`) broke the program's own setting. */
export const rule: Rule = {
  code: 'service-link-collision',
  title: 'A Service’s environment variable collides with a setting',
  retry: 'after-change',
  domains: ['log', 'start'],
  wordings: [
    {
      pattern:
        /(?:unmarshal|convert|parse|parsing|Atoi|int\(\)|NumberFormatException|ERR_SOCKET_BAD_PORT).{0,160}tcp:\/\/[\w.[\]:…]+/is,
      source: 'go-yaml, strconv, Java, Node net',
    },
    {
      pattern:
        /(?:invalid|illegal|bad|bind \w{1,80}|listen \w{1,80}|not a (?:valid )?(?:number|integer|port)|NaN|port|must be|should be|expected).{0,160}tcp:\/\/[\w.[\]:…]+/is,
      source: 'programs that check a port themselves',
    },
    {
      pattern:
        /tcp:\/\/[\w.[\]:]{1,80}.{0,120}(?:into int|invalid|not a|is not|NaN|cannot|syntax|port|integer|parse error|too many colons|out of range)/is,
      source: 'go-yaml, net.SplitHostPort, argparse; appliance contract, real signals',
    },
  ],
  unless: /listening on tcp:\/\/|(?:dial|connect(?:ed|ing)? (?:to|with)?) tcp:\/\/|docker daemon/i,
  reason: ({ object }) =>
    `Kubernetes put a Service's address (tcp://…) into an environment variable that a program in ${object} reads as its own port setting.`,
  advice: (context) =>
    advise`Turn the service links off: ${kubectl('-n', 'msp', 'patch', 'deployment', named(context.component, 'name'), '-p', '{"spec":{"template":{"spec":{"enableServiceLinks":false}}}}')}, and choose a release whose chart sets enableServiceLinks: false.`,
};

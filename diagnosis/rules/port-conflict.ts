import { advise, talosctl } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A host port is taken. */
export const rule: Rule = {
  code: 'port-conflict',
  title: 'A port on the node is in use',
  retry: 'after-change',
  domains: ['schedule', 'log', 'start', 'sandbox', 'evict', 'talos', 'admission'],
  wordings: [
    {
      pattern:
        /didn't have free ports for the requested pod ports|NodePorts|host ?port.{0,40}(?:conflict|in use|already)/i,
      source: 'kube-scheduler NodePorts filter',
    },
    { pattern: /EADDRINUSE:?(?: address already in use)? ?(?<detail>[\w.:*[\]]+)?/, source: 'Node net.Server' },
    {
      pattern:
        /bind: address already in use|address already in use|Address in use|port is already allocated|Only one usage of each socket address|Is port \d+ in use|could not bind .{0,60}in use|Address already in use/i,
      source: 'Go net, Postgres, Java BindException',
    },
    {
      pattern:
        /provided port is already allocated|port (?<port>\d+) (?:(?:is|was) )?already (?:in use|allocated|bound)/i,
      source: 'Kubernetes service allocator, Docker',
    },
  ],
  reason: ({ object, facts }) =>
    `${object} needs a port of the node that another program uses${facts?.port ? ` (${facts.port})` : facts?.detail ? ` (${facts.detail})` : ''}.`,
  advice: (context) =>
    advise`Find the program with ${talosctl(context, 'netstat', '-ltp')} and stop it (often an older pod of the same kind: ${describe(context)}). The pod starts automatically when the port is free.`,
};

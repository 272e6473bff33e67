import { RECHECKS, advise, talosctl } from '../../model/advice.ts';
import { nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The node was installed and its Talos API does not answer now. */
export const rule: Rule = {
  code: 'talos-api-unreachable',
  title: 'The node’s Talos API does not answer',
  retry: 'automatic',
  domains: ['talos'],
  wordings: [
    {
      pattern:
        /dial tcp [[\]\w.:]+:50000: .{0,40}(?:connection refused|i\/o timeout|no route to host|network is unreachable|host is down|connection reset)/i,
      source: 'grpc-go dialer, talosctl',
    },
    {
      pattern:
        /connection error: desc = .{0,80}(?:connection refused|i\/o timeout|no route to host|network is unreachable|host is down|EOF)|error reading from server|transport is closing|connection reset by peer|broken pipe/i,
      source: 'grpc-go',
    },
    {
      pattern:
        /code = (?:Unavailable|DeadlineExceeded)|context deadline exceeded|no request forwarding|i\/o timeout|no route to host|connection refused/i,
      source: 'gRPC status',
    },
  ],
  reason: (context) =>
    `The Talos API of ${nodeOf(context)} does not answer: the node is off, rebooting, or not reachable from this machine.`,
  advice: (context) =>
    advise`Check that the machine is running and reachable from this one: ${talosctl(context, 'version')}. A reboot takes a few minutes. ${RECHECKS}`,
};

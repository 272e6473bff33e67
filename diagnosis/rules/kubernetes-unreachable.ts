import { RECHECKS, advise, client, talosctl } from '../../model/advice.ts';
import { nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The Kubernetes API does not answer. */
export const rule: Rule = {
  code: 'kubernetes-unreachable',
  title: 'The Kubernetes API does not answer',
  retry: 'automatic',
  domains: ['kube-api'],
  wordings: [
    {
      pattern:
        /connection to the server .{0,80}was refused|unable to connect to the server|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|socket hang up|fetch failed/i,
      source: 'kubectl, Node undici',
    },
    {
      pattern:
        /connection refused|i\/o timeout|no route to host|network is unreachable|TLS handshake timeout|context deadline exceeded|timed? ?out|apiserver not ready|readyz|service unavailable|the server is currently unable to handle the request|EOF\b/i,
      source: 'client-go, kube-apiserver',
    },
  ],
  reason: (context) =>
    `The Kubernetes API on ${nodeOf(context)} does not answer: the known state of the appliance is out of date.`,
  advice: (context) =>
    advise`Check that the machine is running and reachable, then ${talosctl(context, 'service')} and ${talosctl(context, 'logs', 'kubelet')}. After a reboot the API takes a few minutes; ${client('status', '--watch')} shows when it answers. ${RECHECKS}`,
};

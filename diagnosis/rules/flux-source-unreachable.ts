import { RETRY, advise, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Flux cannot reach the Git or chart source. */
export const rule: Rule = {
  code: 'flux-source-unreachable',
  title: 'Flux cannot reach its source',
  retry: 'automatic',
  transient: true,
  domains: ['flux-source'],
  wordings: [
    {
      pattern:
        /dial tcp .{0,80}(?:i\/o timeout|connection refused|no route to host|network is unreachable|connection timed out)|connection reset by peer|TLS handshake timeout|proxyconnect/i,
      source: 'source-controller, Go net',
    },
    {
      pattern:
        /(?:unexpected (?:http )?status(?: code)?|http(?: status)?|status code|error:|returned error:|requested URL returned).{0,30}\b5\d\d\b|(?:Bad Gateway|Service Unavailable|Gateway Time-?out|Internal Server Error)/i,
      source: 'go-git transport, Helm repository index',
    },
    {
      pattern:
        /context deadline exceeded|Client\.Timeout|timed? ?out|operation was canceled|unexpected EOF|remote end hung up|early EOF|: EOF\b/i,
      source: 'source-controller GitOperationFailed',
    },
    {
      pattern:
        /x509: |tls: |unable to (?:clone|list remote|connect)|failed to (?:connect|fetch|list|clone)|network|unreachable/i,
      source: 'source-controller, go-git',
    },
  ],
  reason: ({ object, facts }) => `Flux cannot reach the source of ${object}${facts?.url ? ` (${facts.url})` : ''}.`,
  advice: () =>
    advise`Check that the node can reach the Git server (firewall, proxy, server down): ${kubectl('-n', 'flux-system', 'get', 'gitrepositories,helmrepositories')}. Flux retries automatically every few minutes; then ${RETRY}.`,
};

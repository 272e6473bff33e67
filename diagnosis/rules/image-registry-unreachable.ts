import { advise } from '../../model/advice.ts';
import { recreatePod } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** No connection, time-out, TLS or 5xx on the way to the registry, and not DNS. */
export const rule: Rule = {
  code: 'image-registry-unreachable',
  title: 'The registry cannot be reached',
  retry: 'automatic',
  transient: true,
  domains: ['pull', 'registry'],
  wordings: [
    {
      pattern:
        /dial tcp .{0,80}(?:i\/o timeout|connect: |connection refused|no route|unreachable|timed out)|connection refused|no route to host|network is unreachable|connection timed out|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ECONNRESET/i,
      source: 'Go net through containerd, CRI-O, Docker',
    },
    {
      pattern:
        /TLS handshake timeout|Client\.Timeout|request canceled while waiting for connection|awaiting headers|context deadline exceeded|net\/http: (?:timeout|request canceled)|deadline exceeded|i\/o timeout|pinging container registry|error pinging/i,
      source: 'Go net/http',
    },
    {
      pattern:
        /x509: |tls: |certificate signed by unknown authority|server gave HTTP response to HTTPS client|self[- ]signed certificate|proxyconnect|unable to verify the first certificate/i,
      source: 'Go crypto/tls',
    },
    {
      pattern:
        /\b(?:500|502|503|504|521|522|523|524|525|526|530)\b(?: |$)|Bad Gateway|Service Unavailable|Gateway Time-?out|Internal Server Error|RegistryUnavailable|server error/i,
      source: 'registries behind a proxy',
    },
    {
      pattern:
        /(?:Head|Get) "?https?:\/\/[^"\s]+"?: (?:EOF|unexpected EOF|read: connection reset|.{0,80}connection reset by peer|http: .{0,40}|remote error|malformed)/i,
      source: 'Go net/http: no answer at all',
    },
  ],
  // Cut short in the middle of a layer is another thing than not getting through at all.
  unless:
    /dial unix|(?:failed to copy|httpReade?r?Seeker|writing blob|copying system image)(?!.{0,2000}(?:dial tcp|\b50\d\b|TLS handshake|i\/o timeout|x509))/is,
  reason: ({ facts, component }) => `The node cannot reach the registry of ${facts?.image ?? component}.`,
  advice: (context) =>
    advise`Check the connection from the node to the registry (firewall, proxy, registry down). The kubelet retries automatically; to retry now: ${recreatePod(context)}.`,
};

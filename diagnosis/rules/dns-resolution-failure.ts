import { RECHECKS, advise, holeFor, oneWord, set } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

const failed = String.raw`(?:connection refused|no such host|i\/o timeout|server misbehaving|connection reset|network is unreachable|no route to host|operation not permitted|no answer|temporary failure|try again)`;

/** A name cannot be resolved, whoever asked: Talos, the kubelet, Flux, or a program in a pod. */
export const rule: Rule = {
  code: 'dns-resolution-failure',
  title: 'A name cannot be resolved',
  retry: 'automatic',
  transient: true,
  domains: [
    'pull',
    'sandbox',
    'flux-source',
    'flux-apply',
    'helm',
    'talos',
    'kube-api',
    'git',
    'registry',
    'log',
    'claim',
    'probe',
  ],
  wordings: [
    {
      pattern: new RegExp(
        String.raw`lookup (?<host>[\w.-]+)(?: on (?<server>[[\]\w.:]+?):\d+)?: .{0,120}?${failed}`,
        'i',
      ),
      source: 'Go net.DNSError; appliance contract, real signals',
    },
    {
      pattern: /lookup (?<host>[\w.-]+): (?:no such host|device or resource busy|cannot unmarshal DNS message)/i,
      source: 'Go net.DNSError',
    },
    {
      pattern: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_FAIL|EAI_NONAME) ?(?<host>[\w.-]+)?/,
      source: 'Node dns.lookup',
    },
    {
      pattern:
        /query(?:A|Aaaa|Any|Srv|Cname|Mx) (?:ESERVFAIL|EREFUSED|ENOTFOUND|ETIMEOUT|ECONNREFUSED|ENODATA) ?(?<host>[\w.-]+)?/i,
      source: 'Node dns.resolve',
    },
    { pattern: /could not translate host name "?(?<host>[\w.-]+)"? to address/i, source: 'PostgreSQL libpq' },
    { pattern: /could not resolve host(?:name)?:? "?(?<host>[\w.-]+)?/i, source: 'curl, libgit2, OpenSSH' },
    {
      pattern:
        /(?:Temporary failure in name resolution|Name or service not known|nodename nor servname provided|Name does not resolve|Name has no usable address|No address associated with hostname)/i,
      source: 'glibc and musl getaddrinfo',
    },
    { pattern: /(?:java\.net\.)?UnknownHostException:? ?(?<host>[\w.-]+)?/, source: 'Java InetAddress' },
    {
      pattern: /(?:socket\.gaierror|NameResolutionError|Failed to resolve '(?<host>[\w.-]+)')/,
      source: 'Python socket, urllib3',
    },
    {
      pattern:
        /(?:DNS resolution failed|name resolver error: produced zero addresses|dns error: failed to lookup address)/i,
      source: 'gRPC name resolver',
    },
    {
      pattern: /dns[ _-]?lookup failed(?:: (?<host>[\w.-]+))?|unable to resolve host(?:name)?|(?:NXDOMAIN|SERVFAIL)\b/i,
      source: 'PgBouncer, dig, CoreDNS',
    },
    {
      pattern:
        /bad address '(?<host>[\w.-]+)|host not found in upstream "(?<key>[\w.-]+)|can't resolve '(?<file>[\w.-]+)|no servers could be reached|unknown host\b/i,
      source: 'busybox, nginx, nslookup, ping',
    },
    { pattern: /\bno such host\b|server misbehaving/i, source: 'Go net.DNSError, cut short' },
  ],
  reason: ({ facts }) => {
    if (facts?.provider)
      return `${facts.provider}, the DNS server of the cluster, does not run: names cannot be resolved in any pod.`;
    return facts?.server
      ? `The name ${facts.host ?? 'asked for'} cannot be resolved: the DNS server ${facts.server} does not answer it.`
      : `The name ${facts?.host ?? 'asked for'} cannot be resolved.`;
  },
  advice: (context) =>
    context.facts?.provider
      ? advise`Fix what stops ${context.facts.provider}: the evidence shows the end of its log. If it names its configuration or a loop, correct the ConfigMap kube-system/coredns or the resolvers of the node: ${set('--dns-servers', oneWord(holeFor('ip'), ',', holeFor('ip')))}. ${RECHECKS}`
      : advise`Check that the DNS server${context.facts?.server ? ` ${context.facts.server}` : ''} answers for ${context.facts?.host ?? 'the name in the evidence'}, or give the node other resolvers: ${set('--dns-servers', oneWord(holeFor('ip'), ',', holeFor('ip')))}. ${RECHECKS}`,
};

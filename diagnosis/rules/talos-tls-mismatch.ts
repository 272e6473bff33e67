import { RETRY, advise, fileOfSite } from '../../model/advice.ts';
import { nodeOf } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The talosconfig (or its CA) on this machine is not this node's. */
export const rule: Rule = {
  code: 'talos-tls-mismatch',
  title: 'The talosconfig belongs to another node',
  retry: 'after-change',
  domains: ['talos'],
  wordings: [
    { pattern: /x509: certificate signed by unknown authority/i, source: 'appliance contract, real signals' },
    {
      pattern:
        /tls: failed to verify certificate|x509: certificate is (?:valid for|not valid for)|doesn't contain any IP SANs|x509: (?:ECDSA|Ed25519|RSA) verification (?:failure|error)/i,
      source: 'Go crypto/x509',
    },
    {
      pattern:
        /remote error: tls: (?:unknown certificate(?: authority)?|bad certificate|certificate unknown|unknown authority)/i,
      source: 'Go tls alerts 42, 46, 48',
    },
    { pattern: /authentication handshake failed/i, source: 'grpc-go transport' },
    { pattern: /code = PermissionDenied.{0,20}not authorized/i, source: 'Talos apid, role of the client certificate' },
  ],
  reason: (context) =>
    `The talosconfig does not belong to the node ${nodeOf(context)}: the two sides do not trust each other's certificate.`,
  advice: (context) =>
    advise`${fileOfSite('talosconfig')} belongs to another node or to an earlier install. Restore the talosconfig that was created when ${nodeOf(context)} was installed (backup, or the laptop of the colleague who installed it), or check that ${nodeOf(context)} is the right address; then ${RETRY}. Without it the node can only be installed again from scratch.`,
};

import { RETRY, advise, holeFor, run, set, talosctl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A certificate or token is refused because clocks differ. */
export const rule: Rule = {
  code: 'clock-skew',
  title: 'Clocks differ',
  retry: 'after-change',
  domains: [
    'pull',
    'flux-source',
    'flux-apply',
    'helm',
    'talos',
    'kube-api',
    'git',
    'registry',
    'log',
    'sandbox',
    'volume',
  ],
  wordings: [
    {
      pattern: /x509: certificate has expired or is not yet valid: current time \S+ is before \S+/i,
      source: 'Go crypto/x509 verify.go',
    },
    {
      pattern:
        /certificate (?:is )?not yet valid(?!: current time \S+ is after)|CERT_NOT_YET_VALID|CertificateNotYetValidException/i,
      source: 'OpenSSL, Node, Java',
    },
    {
      pattern: /(?<!expired or is )not yet valid(?!: current time \S+ is after)/i,
      source: 'OpenSSL X509_V_ERR_CERT_NOT_YET_VALID',
    },
    {
      pattern:
        /token (?:is )?(?:not valid yet|used before issued|is not yet valid)|jwt not active|issued in the future|\bnbf\b.{0,40}(?:future|not yet)|iat.{0,30}future/i,
      source: 'golang-jwt, jose',
    },
    {
      pattern:
        /clock[ -]?skew|clocks? (?:are|is) (?:out of sync|off|skewed|not synchroni[sz]ed)|time (?:is )?(?:not in sync|not synchroni[sz]ed|out of sync)|RequestTimeTooSkewed|clock drift|clock difference/i,
      source: 'etcd probing_status.go, Talos time checks, S3',
    },
  ],
  reason: () =>
    'A certificate or token is refused because the clock of this node differs from the clock of the other side.',
  advice: (context) =>
    advise`Compare the clocks: ${talosctl(context, 'time')} and ${run('date', '-u')} on this machine. Set the one that is wrong (BIOS clock, virtual machine host, or a time server: ${set('--ntp-servers', holeFor('host'))}), then ${RETRY}.`,
};

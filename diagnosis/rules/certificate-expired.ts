import { RETRY, advise, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A certificate is past its end. */
export const rule: Rule = {
  code: 'certificate-expired',
  title: 'A certificate has expired',
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
    'admission',
  ],
  wordings: [
    {
      pattern: /certificate has expired(?: or is not yet valid: current time \S+ is after (?<detail>\S+))?/i,
      source: 'Go crypto/x509 verify.go, OpenSSL',
    },
    {
      pattern:
        /CERT_HAS_EXPIRED|CertificateExpiredException|NotAfter: |tls: expired certificate|certificate_expired|certificate (?:is |was )?expired|expired (?:client |server )?certificate|CertPathValidatorException: validity check failed/i,
      source: 'Node, Java, Go tls alert 45',
    },
  ],
  reason: ({ facts }) => `A certificate has expired${facts?.detail ? ` (${facts.detail})` : ''}.`,
  advice: () =>
    advise`Renew the certificate that the evidence names. If the node's own clock is wrong, set it first. For this machine's files: ${client('doctor')} shows which one has expired. Then ${RETRY}.`,
};

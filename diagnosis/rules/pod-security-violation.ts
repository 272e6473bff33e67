import { advise, kubectl, named } from '../../model/advice.ts';
import { describe, namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** Admission refuses the pod for its security settings. */
export const rule: Rule = {
  code: 'pod-security-violation',
  title: 'The pod’s security settings are refused',
  retry: 'after-change',
  domains: ['admission', 'config', 'helm', 'flux-apply', 'kube-api'],
  wordings: [
    {
      pattern:
        /violates PodSecurity "(?<detail>[^"]+)"|unable to validate against any (?:security context constraint|pod security policy)|PodSecurity (?:policy )?violation/i,
      source: 'pod-security-admission',
    },
    {
      pattern:
        /SecurityContext\.\w+ is forbidden|no providers available to validate pod|denied the request.{0,400}(?:privileged|securityContext|capabilit|runAsNonRoot|run as root|host(?:Path|Network|PID|IPC|Port)|seccomp|root filesystem)/is,
      source: 'kube-apiserver admission before 1.25; Kyverno, Gatekeeper',
    },
    {
      pattern:
        /container has runAsNonRoot and image (?:will run as root|has non-numeric user)|runAsNonRoot|(?:privileged containers?|hostNetwork|hostPath|host namespaces?|host ports?) (?:is|are) not allowed|must not set .{0,60}securityContext/i,
      source: 'kubelet security_context.go, admission',
    },
  ],
  reason: ({ object, facts }) =>
    `The pod of ${object} is refused because of its security settings${facts?.detail ? ` (level ${facts.detail})` : ''}.`,
  advice: (context) => {
    const namespace = namedObject(context.object)?.namespace ?? 'msp';
    return advise`The namespace must allow what the pod needs: ${kubectl('label', 'namespace', named(namespace, 'namespace'), 'pod-security.kubernetes.io/enforce=privileged', '--overwrite')}. The controller then creates the pod automatically. Full details: ${describe(context)}.`;
  },
};

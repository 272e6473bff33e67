import { advise, kubectl, named } from '../../model/advice.ts';
import { namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A Secret, ConfigMap or key that a pod needs is not there. */
export const rule: Rule = {
  code: 'config-missing',
  title: 'A Secret or ConfigMap is missing',
  retry: 'after-change',
  transient: true,
  domains: ['config', 'volume', 'helm', 'flux-apply', 'admission'],
  wordings: [
    {
      pattern: /couldn't find key (?<key>[\w.-]+) in (?<detail>(?:Secret|ConfigMap) [\w./-]+)/i,
      source: 'kubelet kuberuntime makeEnvironmentVariables',
    },
    {
      pattern: /references? non-existent (?:secret|config) key:? ?(?<key>[\w.-]+)?/i,
      source: 'kubelet volume projection',
    },
    {
      pattern:
        /(?<detail>(?:secret|configmap)s? ['"]?[\w./-]+['"]?) (?:not found|does not exist)|could not (?:find|resolve|get) .{0,60}(?<key>Secret|ConfigMap).{0,120}not found|(?:Secret|ConfigMap)\/[\w./-]+'? (?:not found|missing)/i,
      source: 'kubelet, kustomize-controller substituteFrom, helm-controller valuesFrom',
    },
    {
      pattern:
        /no (?:data )?key '?[\w.-]+'? (?:found )?in (?:Secret|ConfigMap)|missing key '?[\w.-]+'?|key '?[\w.-]+'? not found in/i,
      source: 'helm-controller valuesFrom',
    },
    {
      pattern: /error looking up service account [\w./-]+: (?<detail>serviceaccount "[^"]+") not found/i,
      source: 'kube-apiserver serviceaccount admission',
    },
  ],
  unless: /sh\.helm\.release|kube-root-ca\.crt" not registered|image pull secrets/i,
  reason: ({ object, facts }) =>
    `${object} needs ${facts?.detail ?? 'a Secret or ConfigMap'}${facts?.key ? ` with the key ${facts.key}` : ''}, which does not exist.`,
  advice: (context) => {
    const namespace = namedObject(context.object)?.namespace ?? 'msp';
    return advise`List what exists: ${kubectl('-n', named(namespace, 'namespace'), 'get', 'secrets,configmaps')}. Those of the installer are created again by an install; restore any other from a backup. The pod starts automatically when it exists.`;
  },
};

import { RETRY, advise, holeFor, kubectl, oneWord } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The registry wants other credentials, or none exist. */
export const rule: Rule = {
  code: 'image-pull-unauthorized',
  title: 'The registry refuses the credentials',
  retry: 'after-change',
  domains: ['pull', 'registry'],
  wordings: [
    {
      pattern:
        /pull access denied|insufficient_scope|requested access to the resource is denied|authentication required|\bunauthorized\b|access denied|access forbidden|denied: |: denied\b/i,
      source: 'distribution API errors',
    },
    {
      pattern: /authorization failed|no basic auth credentials|permission denied/i,
      source: 'containerd docker resolver',
    },
    {
      pattern: /invalid username\/password|incorrect username or password|requires? (?:'docker login'|authentication)/i,
      source: 'Docker, CRI-O',
    },
    {
      pattern:
        /(?:status|code|HTTP|fetch|authorize|token).{0,80}\b(?:401|403)\b|\b(?:401 Unauthorized|403 Forbidden)\b|\bforbidden\b/i,
      source: 'containerd remotes/errors',
    },
    {
      pattern:
        /unable to retrieve some image pull secrets|failed to .{0,40}image pull secret|credential (?:helper|provider).{0,60}(?:fail|error)/i,
      source: 'kubelet FailedToRetrieveImagePullSecret',
    },
  ],
  reason: ({ facts, component }) =>
    `The registry requires credentials for the image ${facts?.image ?? `of ${component}`}, and the node has none that it accepts.`,
  advice: () =>
    advise`Create a pull secret in the namespace that can read the image: ${kubectl('-n', 'msp', 'create', 'secret', 'docker-registry', holeFor('name'), oneWord('--docker-server=', holeFor('registry')), oneWord('--docker-username=', holeFor('user')), '--docker-password-stdin')} and name it in the default service account, or make the image public; then ${RETRY}.`,
};

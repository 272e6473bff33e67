import { appliance, describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A Kustomization's health checks timed out and nothing below explains why. */
export const rule: Rule = {
  code: 'flux-health-timeout',
  title: 'A health check of Flux timed out',
  retry: 'automatic',
  domains: ['flux-apply'],
  wordings: [
    {
      pattern:
        /health check failed|timeout waiting for:|HealthCheckFailed|failed early due to stalled resources|timed? ?out waiting|context deadline exceeded/i,
      source: 'kustomize-controller, fluxcd/pkg ssa wait',
    },
  ],
  reason: ({ object }) =>
    `${object} waited in vain for its objects to become healthy, and nothing below them says why.`,
  nextAction: (context) =>
    `See which object it waited for: \`${describe(context)}\`, and look at that object. Flux tries again by itself; at once: \`${appliance(context, 'retry')}\`.`,
};

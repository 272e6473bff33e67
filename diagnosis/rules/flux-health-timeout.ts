import { RETRY, advise } from '../../model/advice.ts';
import { describe } from '../commands.ts';
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
    `${object} timed out waiting for its objects to become healthy, and no cause was found below them.`,
  advice: (context) =>
    advise`Check which object it waited for: ${describe(context)}, then check that object. Flux retries automatically; then ${RETRY}.`,
};

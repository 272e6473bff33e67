import { appliance, describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A release timed out and nothing below it explains why. */
export const rule: Rule = {
  code: 'helm-timeout',
  title: 'A Helm release timed out',
  retry: 'automatic',
  domains: ['helm'],
  wordings: [
    {
      pattern:
        /context deadline exceeded|timed? ?out waiting for the condition|timed? ?out|resource .{1,120} not ready|would exceed context deadline|wait(?:ing)? .{0,40}(?:timeout|timed)|BackoffLimitExceeded|hooks? failed|failed (?:pre|post)-(?:install|upgrade)/i,
      source: 'Helm 3 kube wait.go, Helm 4 kstatus waiter; appliance contract',
    },
  ],
  reason: ({ object }) => `${object} waited in vain for its workloads to become ready, and nothing below it says why.`,
  nextAction: (context) =>
    `Look at its pods: \`${appliance(context, 'pods')}\`; all of the release: \`${describe(context)}\`. Flux tries again by itself; at once: \`${appliance(context, 'retry')}\`.`,
};

import { RETRY, advise, client } from '../../model/advice.ts';
import { describe } from '../commands.ts';
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
  reason: ({ object }) =>
    `${object} timed out waiting for its workloads to become ready, and no cause was found below it.`,
  advice: (context) =>
    advise`Check its pods: ${client('pods')}, and the release: ${describe(context)}. Flux retries automatically; then ${RETRY}.`,
};

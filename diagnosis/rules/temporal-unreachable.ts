import { advise, client, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Nothing answers on Temporal's address, or its namespace does not exist. */
export const rule: Rule = {
  code: 'temporal-unreachable',
  title: 'Temporal does not answer',
  retry: 'automatic',
  transient: true,
  domains: ['log'],
  wordings: [
    {
      pattern:
        /Failed to connect to Temporal server|failed reaching server|(?:could not|cannot|unable to|fail(?:ed|ure) to) connect to temporal|temporal (?:server )?(?:is )?(?:unreachable|unavailable|not reachable)|health check error: failed to check health/i,
      source: 'Temporal TypeScript and Go SDK',
    },
    {
      pattern:
        /(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ECONNRESET).{0,60}:7233\b|:7233\b.{0,80}(?:refused|timed out|i\/o timeout|unavailable)|dial tcp [\w.:[\]]{1,80}:7233\b/i,
      source: 'grpc-js, grpc-go, tonic',
    },
    {
      pattern: /\bnamespace:? (?:name )?"?[\w.-]{1,80}"? (?:is )?not found|NamespaceNotFound|\bno such namespace\b/i,
      source: 'Temporal serviceerror.NamespaceNotFound',
    },
  ],
  reason: ({ component }) => `Temporal does not answer ${component}, or does not have the namespace that it asks for.`,
  advice: () =>
    advise`Check Temporal first: ${kubectl('-n', 'msp', 'get', 'pods', '-l', 'app.kubernetes.io/name=temporal')} and ${client('logs', 'temporal')}. Its setup creates the namespace at the first start; if the log says that this failed, restart it: ${kubectl('-n', 'msp', 'rollout', 'restart', 'deployment/temporal')}. The workers connect again on their own.`,
};

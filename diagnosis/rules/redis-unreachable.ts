import { advise, client, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Nothing accepts connections on Redis' address. */
export const rule: Rule = {
  code: 'redis-unreachable',
  title: 'Redis accepts no connections',
  retry: 'automatic',
  transient: true,
  domains: ['log'],
  wordings: [
    {
      pattern:
        /(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET).{0,60}:6379\b|:6379\b.{0,60}(?:refused|ECONNREFUSED|timed out|i\/o timeout|no route to host)|dial tcp [\w.:[\]]{1,80}:6379\b/i,
      source: 'ioredis, node-redis, go-redis',
    },
    {
      pattern:
        /(?:could not|cannot|unable to|fail(?:ed|ure) to) connect to redis|redis (?:is )?(?:unreachable|not reachable|unavailable)|redis connection (?:failed|refused|lost|timed? ?out)|Reached the max retries per request limit \(which is \d{1,6}\)/i,
      source: 'ioredis MaxRetriesPerRequestError, redis-cli, entrypoints',
    },
  ],
  unless: /WRONGPASS|NOAUTH|ENOTFOUND|EAI_AGAIN/i,
  reason: ({ component }) => `Nothing accepts connections on the address of Redis that ${component} uses.`,
  advice: () =>
    advise`Check Redis first: ${kubectl('-n', 'msp', 'get', 'pods,endpoints', 'redis')} and ${client('logs', 'redis')}. The program connects again as soon as Redis answers.`,
};

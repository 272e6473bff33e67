import { advise, kubectl, named, oneWord } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Redis refuses the password. */
export const rule: Rule = {
  code: 'redis-auth-failed',
  title: 'Redis refuses the password',
  retry: 'after-change',
  domains: ['log', 'probe'],
  wordings: [
    {
      pattern:
        /WRONGPASS|NOAUTH|invalid username-password pair|called without any password configured|ERR invalid password|Client sent AUTH, but no password is set|\bNOPERM\b|redis.{0,60}(?:auth(?:entication)? (?:failed|error|required)|invalid password)/i,
      source: 'Redis acl.c, server.c',
    },
  ],
  reason: ({ component }) => `Redis refuses the password of ${component}.`,
  advice: (context) =>
    advise`Both read REDIS_PASSWORD of the Secret redis-credentials; one of them started with an older value. Restart both: ${kubectl('-n', 'msp', 'rollout', 'restart', 'statefulset/redis')}, then ${kubectl('-n', 'msp', 'rollout', 'restart', oneWord('deployment/', named(context.component === 'alga-core' ? 'alga-core-sebastian' : context.component, 'name')))}.`,
};

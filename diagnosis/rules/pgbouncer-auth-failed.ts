import { advise, anew, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** PgBouncer refuses the client, or cannot log in to Postgres. */
export const rule: Rule = {
  code: 'pgbouncer-auth-failed',
  title: 'PgBouncer cannot log in or refuses a client',
  retry: 'after-change',
  domains: ['log', 'probe'],
  wordings: [
    {
      pattern:
        /server login failed: (?!FATAL)|server login has been failing, cached error: .{0,80}(?:password|authentication)|no such user|wrong password type|cannot do SCRAM authentication|SASL authentication failed|login rejected|closing because: (?:server |client )?(?:login|auth\w*) failed|broken auth file|bouncer config error/i,
      source: 'PgBouncer client.c, server.c, scram.c',
    },
    { pattern: /auth_query|auth_user|userlist\.txt|auth_type|auth_file/i, source: 'PgBouncer main.c, loader.c' },
    {
      pattern:
        /(?:(?<!user_)pgbouncer|:6432|\b[CS]-0x[0-9a-f]+).{0,200}(?:authentication failed|auth failed|password|login failed)|(?:authentication failed|auth failed).{0,120}(?:(?<!user_)pgbouncer|6432)/i,
      source: 'drivers through PgBouncer',
    },
    { pattern: /login failed|password authentication failed/i, source: 'PgBouncer own log' },
  ],
  // PgBouncer says by the same words that Postgres lacks the database, or cannot be reached.
  unless: /could not open auth_file.{0,300}No such file|database "[^"]{1,80}" does not exist/i,
  reason: ({ component }) => `PgBouncer refuses the password of ${component}, or Postgres refuses PgBouncer's.`,
  advice: () =>
    advise`PgBouncer and the workers read DB_PASSWORD_PGBOUNCER of the Secret db-credentials. Restart PgBouncer so that it reads it again: ${kubectl('-n', 'msp', 'rollout', 'restart', 'deployment/pgbouncer')}. If it still fails, the role has another password in Postgres: ${anew('--recover')} sets it again.`,
};

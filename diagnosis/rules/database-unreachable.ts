import { advise, client, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Nothing accepts connections on the database's address. */
export const rule: Rule = {
  code: 'database-unreachable',
  title: 'The database does not accept connections',
  retry: 'automatic',
  transient: true,
  domains: ['log'],
  wordings: [
    {
      pattern:
        /(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET).{0,60}:(?:5432|6432)|:(?:5432|6432)\b.{0,60}(?:\brefused|ECONNREFUSED|timed out|i\/o timeout|no route to host)|port (?:5432|6432) failed|dial tcp [\w.:[\]]+:(?:5432|6432)/i,
      source: 'node-postgres, lib/pq, libpq',
    },
    {
      pattern:
        /could not connect to server|connection to server (?:at|on) .{0,120}failed|Is the server running (?:on|locally)|server closed the connection unexpectedly|timeout expired/i,
      source: 'PostgreSQL libpq',
    },
    {
      pattern:
        /the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)|cannot connect now|encountered a connection error/i,
      source: 'PostgreSQL postmaster.c',
    },
    {
      pattern:
        /KnexTimeoutError|Timeout acquiring a connection|Connection terminated (?:unexpectedly|due to connection timeout)|timeout exceeded when trying to connect|Connection is not available, request timed out|pool timed out while waiting|Can't reach database server/i,
      source: 'knex, node-postgres, Prisma, HikariCP, sqlx',
    },
    {
      pattern: /psycopg2?\.OperationalError|PSQLException: (?:Connection to|The connection attempt)/i,
      source: 'psycopg, pgjdbc',
    },
    {
      pattern:
        /took no connection within|connect (?:to|with) (?:the )?(?:database|postgres|db|pgbouncer).{0,60}(?:refused|failed|timed? ?out|unreachable)|(?:database|postgres(?:ql)?|pgbouncer) (?:is )?(?:unreachable|not reachable|unavailable|not available|not accepting)|(?:unable|fail(?:ed|ure)) (?:to )?(?:connect|connecting) (?:to|with) .{0,40}(?:database|postgres|\bdb\b)|(?:waiting|wait) for (?:the )?(?:database|postgres|db|pgbouncer).{0,60}(?:timed? ?out|gave up|giving up|exceeded)/i,
      source: 'entrypoints that wait for a database; charts/alga-core bootstrap job',
    },
    {
      pattern:
        /pgbouncer cannot connect to server|server (?:conn|connection) (?:crashed|failed)|query_wait_timeout|connect failed|no working server connection|server_login_retry/i,
      source: 'PgBouncer',
    },
  ],
  unless: /password authentication failed|WRONGPASS|NOAUTH/i,
  reason: ({ component }) => `Nothing accepts connections on the database's address that ${component} uses.`,
  advice: () =>
    advise`Check the database first: ${kubectl('-n', 'msp', 'get', 'pods,endpoints', 'db', 'pgbouncer')} and ${client('logs', 'db')}. The program reconnects automatically when the database answers.`,
};

import { advise, client, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Postgres or PgBouncer answers and has no connection left. */
export const rule: Rule = {
  code: 'database-connections-exhausted',
  title: 'The database has no connection left',
  retry: 'automatic',
  transient: true,
  domains: ['log', 'probe'],
  wordings: [
    {
      pattern:
        /too many clients already|remaining connection slots are reserved|too many connections for (?:role|database)|SQLSTATE 53300|\b53300\b/i,
      source: 'PostgreSQL proc.c, postinit.c, ERRCODE_TOO_MANY_CONNECTIONS',
    },
    {
      pattern:
        /no more connections allowed|client connections exceeded|\(max_client_conn\)|max_(?:db|user)_connections/i,
      source: 'PgBouncer client.c, objects.c',
    },
  ],
  reason: ({ component }) =>
    `The database answers ${component} and refuses the connection: every connection that it allows is in use.`,
  advice: () =>
    advise`See who holds them: ${kubectl('-n', 'msp', 'exec', 'db-0', '--', 'psql', '-U', 'postgres', '-c', 'select usename, application_name, state, count(*) from pg_stat_activity group by 1, 2, 3 order by 4 desc')}, and ${client('logs', 'pgbouncer')}. Restart the program that holds most of them; it connects again on its own.`,
};

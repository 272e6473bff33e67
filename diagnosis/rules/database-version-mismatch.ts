import { advise, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The data directory belongs to another Postgres version. */
export const rule: Rule = {
  code: 'database-version-mismatch',
  title: 'The data belongs to another Postgres version',
  retry: 'manual',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /database files are incompatible with server|data directory was initialized by PostgreSQL version (?<detail>[\d.]+)|not compatible with this version \d+|PG_CONTROL_VERSION|CATALOG_VERSION_NO|unsupported frontend|in 18\+, these Docker images|data checksum version|incompatible library .{0,200}(?:version mismatch|missing magic)/i,
      source: 'PostgreSQL miscinit.c, xlog.c, docker-library/postgres',
    },
  ],
  unless: /unsupported frontend protocol/i,
  reason: ({ facts }) =>
    `The database files were created by another major version of Postgres${facts?.detail ? ` (${facts.detail})` : ''} than the one that opens them now.`,
  advice: () =>
    advise`Go back to the release that created the data (${client('releases')}), or export the data with pg_dump from the old version and restore it in the new one. The files were not changed.`,
};

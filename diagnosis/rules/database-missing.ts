import { RETRY, advise, client, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The database, role, schema or extension that is asked for does not exist. */
export const rule: Rule = {
  code: 'database-missing',
  title: 'A database, role, schema or extension does not exist',
  retry: 'after-change',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /(?:database|role|schema|extension|user) "(?<database>[\w.-]+)" (?:does not exist|is not available|not found)|3D000|unknown database|no such (?:database|user|role)(?:: "?(?<key>[\w.-]+))?|InvalidCatalogName|invalid_catalog_name|3F000/i,
      source: 'PostgreSQL postinit.c, PgBouncer',
    },
    {
      pattern:
        /could not (?:open extension control file|access file "\$libdir|load library)|type "?vector"? does not exist|extension ".{1,40}" must be installed|Database .{0,60} does not exist|NoDatabaseError|could not find your database/i,
      source: 'PostgreSQL extension.c, Prisma, Rails',
    },
    {
      pattern:
        /(?:relation|function|table|column|view|sequence) ["`]?(?<key>[\w.()-]+)["`]? (?:of relation "[^"]+" )?does not exist|42P01|42883|undefined_table/i,
      source: 'PostgreSQL parse_relation.c, parse_func.c',
      weak: true,
    },
  ],
  reason: ({ facts, component }) =>
    `${component} asks Postgres for ${facts?.database ? `"${facts.database}"` : 'a database, role, schema or extension'} that does not exist.`,
  advice: () =>
    advise`The database setup creates it. Check whether it ran: ${kubectl('-n', 'msp', 'get', 'jobs')} and ${client('logs', 'bootstrap')}. Fix what its log reports, then ${RETRY}. A missing extension means a bad database image: choose another release.`,
};

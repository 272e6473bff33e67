import { RETRY, advise, client, asCode } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A migration ended with an error. */
export const rule: Rule = {
  code: 'migration-failed',
  title: 'A database migration failed',
  retry: 'manual',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /migration (?:file )?"(?<file>[^"]+)" failed|migration failed with error|migration directory is corrupt|Migration table is already locked|MigrationLocked|Can't take lock to run migrations/i,
      source: 'knex migrator, migration-list-resolver',
    },
    {
      pattern:
        /knex migrate.{0,60}(?:failed|error)|migrate:latest.{0,80}(?:fail|error|exit)|migrations? (?:"[^"]+" |(?!0 )[\w./-]+ |for changeset \S+ )?(?:have |has )?failed|(?:fail(?:ed|ure)|error|unable|cannot)[ \w]{0,30} migrat(?:e|ions?)\b|found failed migrations/i,
      source: 'entrypoints that migrate; charts/alga-core bootstrap job; Prisma, TypeORM, Liquibase',
    },
    {
      pattern:
        /MigrationFailed|FlywayException|InconsistentMigrationHistory|Dirty database version|alembic.{0,80}Can't locate revision|Can't locate revision identified|NodeNotFoundError: Migration|pending migrations? .{0,40}(?:abort|refus|exit)/i,
      source: 'Liquibase, Flyway, Django, golang-migrate, Alembic',
    },
  ],
  unless: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|password authentication failed|Timeout acquiring/i,
  reason: ({ facts }) =>
    `A migration${facts?.file ? ` (${facts.file})` : ''} failed; the database is in the state before it.`,
  advice: () =>
    advise`Read the error above the failure: ${client('logs', 'bootstrap')}. If a lock was left behind: run ${asCode('npx', 'knex', 'migrate:unlock')} in the image of the setup job. If the migration does not fit the data: choose another release. Then ${RETRY}.`,
};

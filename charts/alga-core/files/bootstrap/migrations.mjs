// Migrations, by the image's own knex and knexfile.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runNode } from './child.mjs';
import { withDatabase } from './postgres.mjs';
import { countMigrations, exists, migrationsBegun } from './record.mjs';
import { Stop } from './stop.mjs';

export function knexFolder(appDir) {
  return dirname(createRequire(join(appDir, 'server', 'package.json')).resolve('knex/package.json'));
}

/** What `npx knex <args> --knexfile <file>` does, without npx: that one would ask the network where knex is not found. */
export function runKnex(name, args, knexfile, settings, log, signal, failure) {
  const knex = knexFolder(settings.appDir);
  return runNode(
    {
      name,
      args: [join(knex, 'bin', 'cli.js'), ...args, '--knexfile', knexfile],
      cwd: join(settings.appDir, 'server'),
      env: { NODE_ENV: 'migration', KNEX_PATH: knex },
      signal,
      failure,
    },
    log,
  );
}

/** Migrations that failed over what an earlier run had begun: the fault may be that one's, who was killed in the middle. */
export class FailedAgain extends Stop {}

/** Brings the schema to the image's newest migration. Gives the number of migrations that were applied. */
export async function migrate(settings, log, signal) {
  const { begun, before } = await withDatabase(settings, settings.database, async (client) => {
    await releaseLock(client, log);
    return { begun: await migrationsBegun(client), before: await countMigrations(client) };
  });
  log.info(`running migrations (${before} applied so far)`);
  const knexfile = join(settings.appDir, 'server', 'knexfile.cjs');
  try {
    await runKnex('migrate', ['migrate:latest'], knexfile, settings, log, signal);
  } catch (error) {
    if (!begun || signal.aborted || !(error instanceof Stop)) throw error;
    throw new FailedAgain(error.exitCode, error.message);
  }
  const after = await withDatabase(settings, settings.database, countMigrations);
  log.info(after === before ? 'migrations already up to date' : `applied ${after - before} migrations`);
  return after - before;
}

/** knex leaves its lock behind when it is killed. Nobody else migrates while we hold the bootstrap lock, so it is stale. */
async function releaseLock(client, log) {
  if (!(await exists(client, 'public.knex_migrations_lock'))) return;
  const { rowCount } = await client.query('update public.knex_migrations_lock set is_locked = 0 where is_locked = 1');
  if (rowCount > 0) log.info('released the migration lock that an interrupted run left behind');
}

// Seeds, all or nothing. knex runs seed files one after another without a transaction; a run killed in the middle would leave
// rows in `users` and pass for a finished one. So a copy of the database is taken before; a later run that finds the seeding
// unfinished goes back to the copy and seeds again.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKnex } from './migrations.mjs';
import { withDatabase } from './postgres.mjs';
import { countUsers, databaseExists, exists } from './record.mjs';
import { EXIT, Stop } from './stop.mjs';

const copyName = (settings) => `${settings.database}_before_seeds`;
/** SQLSTATE object_in_use. */
const IN_USE = '55006';
const OPEN = 'select id from alga_bootstrap.seeding where finished_at is null';

/** Refuses before anything is changed when seeds would be needed and their folder is missing. */
export function checkSeedFolder(settings) {
  if (!settings.runSeeds || !settings.seedsDir || existsSync(settings.seedsDir)) return;
  throw new Stop(EXIT.configuration, `Configured seed directory does not exist: ${settings.seedsDir}`);
}

/** Goes back to the state before an interrupted seeding, when there was one. Only our own copy is ever used. */
export async function undoInterruptedSeeding(admin, settings, log) {
  const copy = copyName(settings);
  if (!(await databaseExists(admin, copy))) return;
  const seeding = async (name) =>
    withDatabase(settings, name, async (client) =>
      (await exists(client, 'alga_bootstrap.seeding')) ? (await client.query(OPEN)).rows[0]?.id : undefined,
    );
  const inCopy = await seeding(copy);
  if (inCopy === undefined) {
    throw new Stop(
      EXIT.configuration,
      `the database ${copy} is in the way and is not ours: rename it, then run the job again`,
    );
  }
  const quoted = (name) => admin.escapeIdentifier(name);
  const gone = !(await databaseExists(admin, settings.database));
  if (gone || (await seeding(settings.database)) === inCopy) {
    log.info('an interrupted run left the seeds unfinished; going back to the state before them');
    await copySettings(admin, settings.database, copy);
    await admin.query(`drop database if exists ${quoted(settings.database)} with (force)`);
    await admin.query(`alter database ${quoted(copy)} rename to ${quoted(settings.database)}`);
    await withDatabase(settings, settings.database, (client) =>
      client.query('delete from alga_bootstrap.seeding where id = $1', [inCopy]),
    );
    return;
  }
  await admin.query(`drop database ${quoted(copy)} with (force)`);
}

/** A copy takes over what is in a database, not what is set on it (`alter database … set`). */
async function copySettings(admin, from, to) {
  const query =
    'select unnest(setconfig) as setting from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = $1 and s.setrole = 0';
  for (const { setting } of (await admin.query(query, [from])).rows) {
    const at = setting.indexOf('=');
    const name = setting
      .slice(0, at)
      .split('.')
      .map((part) => admin.escapeIdentifier(part))
      .join('.');
    await admin.query(
      `alter database ${admin.escapeIdentifier(to)} set ${name} to ${admin.escapeLiteral(setting.slice(at + 1))}`,
    );
  }
}

/** Runs the seeds when `users` is empty. Gives `seeded` or `skipped`. */
export async function seed(admin, settings, log, signal) {
  const { users, open } = await withDatabase(settings, settings.database, async (client) => ({
    users: await countUsers(client),
    open: (await client.query(OPEN)).rows.length > 0,
  }));
  if (users > 0) {
    log.info(`seeds already present, skipping (users: ${users})`);
    if (open)
      log.info('WARNING: an earlier seeding was interrupted without a copy to go back to: the seeds may be incomplete');
    return 'skipped';
  }
  checkSeedFolder(settings);
  log.info('running seeds');
  const id = await beginSeeding(admin, settings, log);
  const folder = mkdtempSync(join(tmpdir(), 'seeds-'));
  try {
    await runKnex('seed', ['seed:run'], seedKnexfile(settings, folder), settings, log, signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await withDatabase(settings, settings.database, (client) =>
    client.query('update alga_bootstrap.seeding set finished_at = now() where id = $1', [id]),
  );
  await admin.query(`drop database if exists ${admin.escapeIdentifier(copyName(settings))} with (force)`);
  return 'seeded';
}

async function beginSeeding(admin, settings, log) {
  const id = await withDatabase(settings, settings.database, async (client) => {
    await client.query('delete from alga_bootstrap.seeding where finished_at is null');
    return (await client.query('insert into alga_bootstrap.seeding default values returning id')).rows[0].id;
  });
  await takeCopy(admin, settings, log);
  return id;
}

/** Nobody may be connected to a database while it is copied. Before there is a user nobody has work in it that could be lost. */
async function takeCopy(admin, settings, log, attempts = 3) {
  try {
    await admin.query(
      `create database ${admin.escapeIdentifier(copyName(settings))} template ${admin.escapeIdentifier(settings.database)}`,
    );
  } catch (error) {
    if (error.code !== IN_USE) throw error;
    if (attempts === 1) {
      throw new Stop(
        EXIT.step,
        `no copy could be taken before the seeds, so they were not begun: ${error.message} (${error.detail}); end what keeps connecting to ${settings.database}`,
      );
    }
    const end =
      'select count(pg_terminate_backend(pid, 5000))::int as ended from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()';
    const { rows } = await admin.query(end, [settings.database]);
    log.info(`ended ${rows[0].ended} session(s) of others in ${settings.database}, to take a copy before the seeds`);
    await takeCopy(admin, settings, log, attempts - 1);
  }
}

/** The CLI has no option for the seed folder: a knexfile of our own takes the image's and changes that one setting. */
function seedKnexfile(settings, folder) {
  const original = join(settings.appDir, 'server', 'knexfile.cjs');
  if (!settings.seedsDir) return original;
  const file = join(folder, 'knexfile.cjs');
  const lines = [
    `process.chdir(${JSON.stringify(join(settings.appDir, 'server'))});`,
    `const { migration } = require(${JSON.stringify(original)});`,
    `module.exports = { migration: { ...migration, seeds: { ...migration.seeds, directory: ${JSON.stringify(settings.seedsDir)} } } };`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

// The copy of the database that is taken before it is filled. Neither create-tenant nor the seeds are one transaction, and
// neither may run twice: a later run that finds the filling unfinished goes back to the copy and begins anew.
import { withDatabase } from './postgres.mjs';
import {
  countTenants,
  countUsers,
  databaseExists,
  forgetFilling,
  markBeginning,
  migrationsBegun,
  openFilling,
  readBeginning,
} from './record.mjs';
import { EXIT, Stop } from './stop.mjs';

const copyName = (settings) => `${settings.database}_before_seeds`;
/** SQLSTATE object_in_use. */
const IN_USE = '55006';

/** Goes back to the state before an interrupted filling, when there was one. Only our own copy is ever used. */
export async function undoInterruptedFilling(admin, settings, log) {
  const copy = copyName(settings);
  if (!(await databaseExists(admin, copy))) return;
  const filling = (name) => withDatabase(settings, name, openFilling);
  const inCopy = await filling(copy);
  if (inCopy === undefined) {
    throw new Stop(
      EXIT.configuration,
      `the database ${copy} is in the way and is not ours: rename it, then run the job again`,
    );
  }
  const quoted = (name) => admin.escapeIdentifier(name);
  const gone = !(await databaseExists(admin, settings.database));
  if (gone || (await filling(settings.database)) === inCopy) {
    log.info('an interrupted run left the first tenant and the seeds unfinished; going back to the state before them');
    await copySettings(admin, settings.database, copy);
    await admin.query(`drop database if exists ${quoted(settings.database)} with (force)`);
    await admin.query(`alter database ${quoted(copy)} rename to ${quoted(settings.database)}`);
    await withDatabase(settings, settings.database, (client) => forgetFilling(client, inCopy));
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

/** Copies the database before its first tenant and seeds are written. */
export const takeCopy = (admin, settings, log) =>
  copyTo(copyName(settings), 'the first tenant and the seeds', admin, settings, log);

/** Copies the database. Nobody may be connected to it meanwhile. Before there is a user nobody has work in it that could be lost. */
async function copyTo(name, before, admin, settings, log, attempts = 3) {
  try {
    await admin.query(
      `create database ${admin.escapeIdentifier(name)} template ${admin.escapeIdentifier(settings.database)}`,
    );
  } catch (error) {
    if (error.code !== IN_USE) throw error;
    if (attempts === 1) {
      throw new Stop(
        EXIT.step,
        `no copy could be taken before ${before}, so they were not begun: ${error.message} (${error.detail}); end what keeps connecting to ${settings.database}`,
      );
    }
    const end =
      'select count(pg_terminate_backend(pid, 5000))::int as ended from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()';
    const { rows } = await admin.query(end, [settings.database]);
    log.info(`ended ${rows[0].ended} session(s) of others in ${settings.database}, to take a copy before ${before}`);
    await copyTo(name, before, admin, settings, log, attempts - 1);
  }
}

const beginningName = (settings) => `${settings.database}_before_migrations`;

/**
 * Keeps an empty database as it is before its first migration. knex writes a migration down after it is committed, and some of the
 * image's run without a transaction: killed in between, one can neither go on nor be repeated.
 */
export async function keepBeginning(admin, settings, log) {
  const isBeginning = await withDatabase(settings, settings.database, async (client) => {
    if ((await migrationsBegun(client)) || (await countUsers(client)) > 0) return false;
    await markBeginning(client);
    return true;
  });
  if (!isBeginning) return;
  await dropBeginning(admin, settings);
  await copyTo(beginningName(settings), 'the migrations', admin, settings, log);
}

/** Goes back to before the first migration, where that was kept and there is nothing to lose. Tells whether it did. */
export async function backToBeginning(admin, settings, log) {
  const copy = beginningName(settings);
  if (!(await databaseExists(admin, copy))) return false;
  const look = (client) => readBeginning(client);
  const mark = await withDatabase(settings, settings.database, async (client) => {
    const somebody = (await countUsers(client)) + (await countTenants(client)) > 0;
    return somebody ? undefined : look(client);
  });
  if (mark === undefined || mark !== (await withDatabase(settings, copy, look))) return false;
  log.info(
    'an interrupted run left a migration half done; going back to the empty database, to begin the migrations anew',
  );
  await copySettings(admin, settings.database, copy);
  await admin.query(`drop database ${admin.escapeIdentifier(settings.database)} with (force)`);
  await admin.query(
    `alter database ${admin.escapeIdentifier(copy)} rename to ${admin.escapeIdentifier(settings.database)}`,
  );
  return true;
}

/** Gives the state of before the migrations up: there is somebody whose data it would lose. */
export async function dropBeginning(admin, settings) {
  await admin.query(`drop database if exists ${admin.escapeIdentifier(beginningName(settings))} with (force)`);
}

/** Gives the copy up: what it was taken for is done. */
export async function dropCopy(admin, settings) {
  await admin.query(`drop database if exists ${admin.escapeIdentifier(copyName(settings))} with (force)`);
}

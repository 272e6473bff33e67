// The copy of the database that is taken before it is filled. Neither create-tenant nor the seeds are one transaction, and
// neither may run twice: a later run that finds the filling unfinished goes back to the copy and begins anew.
import { withDatabase } from './postgres.mjs';
import { databaseExists, forgetFilling, openFilling } from './record.mjs';
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

/** Takes the copy. Nobody may be connected to a database while it is copied. Before there is a user nobody has work in it that could be lost. */
export async function takeCopy(admin, settings, log, attempts = 3) {
  try {
    await admin.query(
      `create database ${admin.escapeIdentifier(copyName(settings))} template ${admin.escapeIdentifier(settings.database)}`,
    );
  } catch (error) {
    if (error.code !== IN_USE) throw error;
    if (attempts === 1) {
      throw new Stop(
        EXIT.step,
        `no copy could be taken before the first tenant and the seeds, so they were not begun: ${error.message} (${error.detail}); end what keeps connecting to ${settings.database}`,
      );
    }
    const end =
      'select count(pg_terminate_backend(pid, 5000))::int as ended from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()';
    const { rows } = await admin.query(end, [settings.database]);
    log.info(
      `ended ${rows[0].ended} session(s) of others in ${settings.database}, to take a copy before the first tenant and the seeds`,
    );
    await takeCopy(admin, settings, log, attempts - 1);
  }
}

/** Gives the copy up: what it was taken for is done. */
export async function dropCopy(admin, settings) {
  await admin.query(`drop database if exists ${admin.escapeIdentifier(copyName(settings))} with (force)`);
}

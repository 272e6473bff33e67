// One run at a time. The lock is Postgres' own advisory lock on the database `postgres`, held by this program's session: it
// goes when the session goes, so a killed run leaves none behind.
import { CHILD_SESSION } from './postgres.mjs';
import { Stop, EXIT } from './stop.mjs';

const LOCK = [0x616c6761, 1];
const HOLDER = `select a.pid, a.backend_start from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.classid = $1::bigint and l.objid = $2::bigint and l.granted`;

/** Waits for another run for a bounded time. */
export async function takeLock(client, settings, log) {
  const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as taken', LOCK);
  if (rows[0].taken) return;

  const holder = (await client.query(HOLDER, LOCK)).rows[0];
  const since = holder ? ` (Postgres session ${holder.pid}, since ${holder.backend_start.toISOString()})` : '';
  const limit = settings.lockWait / 1000;
  const started = Date.now();
  const tell = () =>
    log.info(
      `another bootstrap run is at work${since}; waiting (${Math.round((Date.now() - started) / 1000)} s of ${limit} s)`,
    );
  tell();
  const timer = setInterval(tell, 10_000);
  try {
    await client.query(`set lock_timeout = ${settings.lockWait}`);
    await client.query('select pg_advisory_lock($1, $2)', LOCK);
    await client.query('set lock_timeout = 0');
  } catch (error) {
    if (error.code !== '55P03') throw error;
    throw new Stop(
      EXIT.locked,
      `another bootstrap run${since} did not end within ${limit} s; look at its log before you end it`,
    );
  } finally {
    clearInterval(timer);
  }
}

/**
 * Ends what a killed run left at work: its program is gone, its last statement may still run in the server. Only the holder
 * of the lock may call this.
 */
export async function endLeftovers(client, log) {
  const end =
    'select count(pg_terminate_backend(pid, 10000))::int as ended from pg_stat_activity where application_name = $1';
  const { rows } = await client.query(end, [CHILD_SESSION]);
  if (rows[0].ended > 0) log.info(`ended ${rows[0].ended} session(s) that an interrupted run left behind`);
}

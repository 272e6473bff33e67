// Connections to Postgres: always direct, never through PgBouncer (locks and databases need a session of their own).
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Stop, EXIT } from './stop.mjs';

/** application_name of this program's own sessions, and of the programs that it starts. */
export const OWN_SESSION = 'alga-bootstrap';
export const CHILD_SESSION = 'alga-bootstrap-step';

const WRONG_CREDENTIALS = new Set(['28P01', '28000']);
const EVERY = 10_000;

/** The image's own copy of `pg`. */
export function loadPg(appDir) {
  return createRequire(join(appDir, 'server', 'package.json'))('pg');
}

/**
 * Opens one session.
 * @param settings from readSettings
 * @param {string} database
 * @param {{user: string, password: string}} [who] the superuser when left out
 */
export async function connect(settings, database, who = settings.admin) {
  const { Client } = loadPg(settings.appDir);
  const client = new Client({
    host: settings.host,
    port: settings.port,
    user: who.user,
    password: who.password,
    database,
    application_name: OWN_SESSION,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // A session whose program is gone without a word ends within a minute, and its locks with it, instead of after two hours.
    options: '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3',
  });
  // A session that breaks while it is idle says so here and nowhere else; the next query on it fails with the same reason.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Runs `use` with a session of its own and closes it whatever happens. A session that breaks is no defect: time may mend it. */
export async function withDatabase(settings, database, use) {
  try {
    const client = await connect(settings, database);
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  } catch (error) {
    if (!isLost(error)) throw error;
    const at = `${settings.host}:${settings.port}`;
    throw new Stop(
      EXIT.unreachable,
      `the session with Postgres at ${at} was lost (${error.message}); the run was stopped`,
    );
  }
}

/** PostgreSQL's class 08 (connection) and operator intervention (57P0x), Node's codes of a socket, and the words of pg, which has no code. */
function isLost({ code, message }) {
  return (
    /^(?:08|57P0)/.test(code ?? '') ||
    /^(?:ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code ?? '') ||
    /^Connection terminated|not queryable|^timeout expired$/.test(message)
  );
}

/** Tells a refused login from everything that time can mend. */
export function isWrongCredentials(error) {
  return WRONG_CREDENTIALS.has(error.code);
}

/**
 * Waits until Postgres takes a session, for a bounded time. A refused login ends the wait at once: it will be refused again.
 * @returns an open session on the database `postgres`
 */
export async function waitForPostgres(settings, log, now = Date.now) {
  const address = `${settings.host}:${settings.port}`;
  const started = now();
  let told = -Infinity;
  for (;;) {
    try {
      return await connect(settings, 'postgres');
    } catch (error) {
      if (isWrongCredentials(error)) throw wrongCredentials(settings, error);
      const waited = now() - started;
      const why = error.code ? `${error.code} ${error.message}` : error.message;
      if (waited >= settings.databaseWait) {
        throw new Stop(
          EXIT.unreachable,
          `Postgres at ${address} took no connection within ${settings.databaseWait / 1000} s; last answer: ${why}`,
        );
      }
      if (waited - told >= EVERY) {
        log.info(
          `waiting for Postgres at ${address} (${Math.round(waited / 1000)} s of ${settings.databaseWait / 1000} s): ${why}`,
        );
        told = waited;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function wrongCredentials(settings, error) {
  return new Stop(
    EXIT.credentials,
    `Postgres at ${settings.host}:${settings.port} refuses the credentials of "${settings.admin.user}" (${error.message}). ` +
      `The data on the volume belongs to other credentials. Two ways out: put the original Secret ${settings.databaseSecret} back and run in recover mode; ` +
      'or give the data up: wipe the application data, then install fresh.',
  );
}

// The bootstrap job: brings the database to the state that this image needs, from whatever state it is in. Every step may be
// killed at any instant and run again. Plain Node 20 with the image's own pg and knex: a shell could hold no lock over a
// session, tell no SQLSTATE from another and would need psql, which the image does not promise.
import { backToBeginning, dropBeginning, keepBeginning, undoInterruptedFilling } from './copy.mjs';
import { checkFilling, fill, refuseHalfTenant } from './filling.mjs';
import { createLog } from './log.mjs';
import { endLeftovers, takeLock } from './lock.mjs';
import { setUpDatabases } from './database.mjs';
import { FailedAgain, migrate } from './migrations.mjs';
import { waitForPostgres, withDatabase } from './postgres.mjs';
import { beginRun, begunBy, countUsers, databaseExists, endRun, ensureRecord } from './record.mjs';
import { writeResult } from './result.mjs';
import { readSettings } from './settings.mjs';
import { EXIT, Stop } from './stop.mjs';

const NOBODY =
  'the database setup left no users, so nobody could log in: SETUP_RUN_SEEDS is false, and the data that was to be there is not; bring it, or let the job make the first tenant (bootstrap.runSeeds)';

async function run(settings, log, facts) {
  log.info(`mode ${settings.mode}, database ${settings.database} on ${settings.host}:${settings.port}`);
  const admin = await waitForPostgres(settings, log);
  const lost = new AbortController();
  admin.on('error', (error) => lost.abort(error));
  try {
    await takeLock(admin, settings, log);
    stopBetweenStepsOnly(log);
    await endLeftovers(admin, log);
    await undoInterruptedFilling(admin, settings, log);
    await checkData(admin, settings, log, facts);
    try {
      await setUp(admin, settings, log, lost.signal, facts);
    } catch (error) {
      if (!(error instanceof FailedAgain) || !(await backToBeginning(admin, settings, log))) throw error;
      await setUp(admin, settings, log, lost.signal, facts);
    }
  } catch (error) {
    if (!lost.signal.aborted) throw error;
    throw new Stop(
      EXIT.unreachable,
      `the session that holds the bootstrap lock was lost (${lost.signal.reason.message}); the run was stopped`,
    );
  } finally {
    await admin.end().catch((error) => log.info(`closing the session failed: ${error.message}`));
  }
}

/** Databases and roles, schema, and what is in it. */
async function setUp(admin, settings, log, signal, facts) {
  await setUpDatabases(admin, settings, log, signal);
  await recorded(settings, facts, async () => {
    if (settings.runMigrations) {
      await keepBeginning(admin, settings, log);
      facts.migrationsApplied = await migrate(settings, log, signal);
    }
    facts.migrated = settings.runMigrations;
    facts.seeds = await fill(admin, settings, log, signal);
    facts.usersCount = await withDatabase(settings, settings.database, countUsers);
    if (facts.usersCount === 0) throw new Stop(EXIT.configuration, NOBODY);
    await dropBeginning(admin, settings);
  });
}

/** `fresh` is for an empty database, or for one that this very install began. */
async function checkData(admin, settings, log, facts) {
  const there = await databaseExists(admin, settings.database);
  const look = async (client) => {
    await refuseHalfTenant(client, settings);
    return { users: await countUsers(client), ours: await begunBy(client, settings.owner) };
  };
  const { users, ours } = there ? await withDatabase(settings, settings.database, look) : { users: 0, ours: false };
  facts.usersCount = users;
  if (users === 0) return checkFilling(settings);
  if (settings.mode === 'recover') return log.info(`application data is there (users: ${users}); it is kept`);
  if (ours) return log.info(`application data is there (users: ${users}), made by this same install; going on`);
  throw new Stop(
    EXIT.existingData,
    `fresh install refused: the database ${settings.database} on ${settings.host}:${settings.port} already holds application data (users: ${users}). ` +
      'Two ways out: keep the data and run in recover mode; or give it up: wipe the application data, then install fresh.',
  );
}

async function recorded(settings, facts, work) {
  const id = await withDatabase(settings, settings.database, async (client) => {
    await ensureRecord(client, settings.app.user);
    return beginRun(client, settings);
  });
  const end = (error) => withDatabase(settings, settings.database, (client) => endRun(client, id, error));
  try {
    await work();
  } catch (error) {
    // The record is for the application's start gate; when it cannot be written, the first error is still the one to report.
    await end(error.message).catch((second) => (facts.recordError = second.message));
    throw error;
  }
  await end(null);
}

/** From here on a stop is taken after the run, not in the middle of a migration; the pod's grace period bounds it. */
function stopBetweenStepsOnly(log) {
  process.removeAllListeners('SIGTERM');
  process.on('SIGTERM', () => log.info('asked to stop: finishing this run first'));
}

process.on('SIGTERM', () => process.exit(143));
const log = createLog(process.env);
const facts = {
  mode: process.env.BOOTSTRAP_MODE ?? null,
  migrated: false,
  migrationsApplied: 0,
  seeds: null,
  usersCount: null,
};
const started = Date.now();
let exitCode = 0;
let error = null;
try {
  await run(readSettings(process.env), log, facts);
  log.info(`done: ${facts.seeds === 'seeded' ? 'seeded' : `seeds ${facts.seeds}`}, users: ${facts.usersCount}`);
} catch (caught) {
  exitCode = caught instanceof Stop ? caught.exitCode : EXIT.unexpected;
  error = log.redact(`ERROR: ${caught.message}`);
  log.error(caught.message);
  if (exitCode === EXIT.unexpected) log.info(caught.stack);
}
writeResult(
  process.env.TERMINATION_LOG || '/dev/termination-log',
  { ...facts, error, exitCode, seconds: Math.round((Date.now() - started) / 1000) },
  log,
);
process.exit(exitCode);

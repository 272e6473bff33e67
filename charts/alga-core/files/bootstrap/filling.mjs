// What an empty database is filled with: the first tenant and its administrator, the seeds, the licence row. All or nothing, and
// once: before it a copy of the database is taken, after it one mark is set, and without the mark a later run goes back to the copy.
import { dropCopy, takeCopy } from './copy.mjs';
import { ensureLicenceRow } from './licence.mjs';
import { withDatabase } from './postgres.mjs';
import {
  beginFilling,
  countTenants,
  countUsers,
  endFilling,
  openFilling,
  recordSeedsAgain,
  seededFor,
} from './record.mjs';
import { checkSeedFolder, runSeeds } from './seeds.mjs';
import { EXIT, Stop } from './stop.mjs';
import { checkInitialTenant, createTenant } from './tenant.mjs';

/** Refuses a database that somebody else began to fill, or that lost a part: what is missing in it is not to be guessed. */
export async function refuseHalfTenant(client, settings) {
  const tenants = await countTenants(client);
  const users = await countUsers(client);
  const begun = (await openFilling(client)) !== undefined;
  const half = users === 0 ? tenants > 0 : begun;
  if (!half) return;
  throw new Stop(
    EXIT.configuration,
    `half a tenant is in the database ${settings.database} on ${settings.host}:${settings.port} (tenants: ${tenants}, users: ${users}), ` +
      `${begun ? 'begun by this job, and the copy from before it is gone' : 'and this job did not begin it'}. It is not completed, for nobody knows what else it lacks. ` +
      'Two ways out: put back a backup that is whole; or give it up: wipe it, then begin a new install.',
  );
}

/** Refuses, before anything is changed, when an empty database could not be filled. */
export function checkFilling(settings) {
  if (!settings.runSeeds) return;
  checkSeedFolder(settings);
  checkInitialTenant(settings);
}

/**
 * Fills the database when `users` is empty. Gives `seeded` or `skipped`, or `off` where seeds are not wanted. Only where there
 * is something to fill is anybody's session ended.
 */
export async function fill(admin, settings, log, signal) {
  const users = await withDatabase(settings, settings.database, async (client) => {
    await refuseHalfTenant(client, settings);
    return countUsers(client);
  });
  if (users > 0) return complete(settings, log, signal, users);
  if (!settings.runSeeds) return 'off';
  checkFilling(settings);
  const id = await withDatabase(settings, settings.database, (client) => beginFilling(client, settings.inputs));
  await takeCopy(admin, settings, log);
  await createTenant(settings, log, signal);
  await runSeeds(settings, log, signal);
  await withDatabase(settings, settings.database, async (client) => {
    if ((await countUsers(client)) === 0) throw new Stop(EXIT.step, 'the seeds left no user: nobody could log in');
    await client.query('begin');
    await ensureLicenceRow(client, settings, log);
    await endFilling(client, id);
    await client.query('commit');
  });
  await dropCopy(admin, settings);
  return 'seeded';
}

/** A database in use: an upgrade may have brought the licence's table, and the image may want its seeds to run again. */
async function complete(settings, log, signal, users) {
  const again = await withDatabase(settings, settings.database, async (client) => {
    await ensureLicenceRow(client, settings, log);
    return settings.runSeeds && settings.seedsAreIdempotent && !(await seededFor(client, settings.inputs));
  });
  if (!again) {
    log.info(`seeds already present, skipping (users: ${users})`);
    return settings.runSeeds ? 'skipped' : 'off';
  }
  await runSeeds(settings, log, signal);
  await withDatabase(settings, settings.database, (client) => recordSeedsAgain(client, settings.inputs));
  return 'seeded';
}

// Databases, roles, extension and schema: the image's own setup first, then what must be true whatever that one did.
import { join } from 'node:path';
import { runNode } from './child.mjs';
import { connect, isWrongCredentials, withDatabase } from './postgres.mjs';
import { databaseExists } from './record.mjs';
import { EXIT, Stop } from './stop.mjs';

/** Runs the image's create_database.js, then makes good what is missing. Everything here may run any number of times. */
export async function setUpDatabases(admin, settings, log, signal) {
  log.info('setting up databases and roles');
  await checkExtension(admin, settings);
  const cwd = join(settings.appDir, 'server');
  await runNode({ name: 'create_database', args: ['setup/create_database.js'], cwd, signal }, log);

  await ensureDatabase(admin, settings.database, log);
  await ensureDatabase(admin, settings.hocuspocusDatabase, log);
  const made = await ensureRole(admin, settings, settings.app, settings.database, log);
  if (settings.pgbouncer) {
    await ensureRole(admin, settings, settings.pgbouncer, settings.database, log);
    // The workers do the application's work through PgBouncer: same rights, another login.
    await admin.query(
      `grant ${admin.escapeIdentifier(settings.app.user)} to ${admin.escapeIdentifier(settings.pgbouncer.user)}`,
    );
  }
  await withDatabase(settings, settings.database, async (client) => {
    await ensureServerSchema(client, settings);
    if (made) await grantData(client, settings);
  });
  if (settings.hocuspocus) {
    await ensureRole(admin, settings, settings.hocuspocus, settings.hocuspocusDatabase, log);
    await withDatabase(settings, settings.hocuspocusDatabase, (client) =>
      client.query(`grant all on schema public to ${client.escapeIdentifier(settings.hocuspocus.user)}`),
    );
  }
}

/** Not every Postgres brings it, and a migration would say so only in the middle. */
async function checkExtension(admin, settings) {
  const { rows } = await admin.query("select 1 from pg_available_extensions where name = 'vector'");
  if (rows.length > 0) return;
  throw new Stop(
    EXIT.configuration,
    `Postgres at ${settings.host}:${settings.port} does not offer the extension "vector": take an image or a service that has pgvector, with the same data`,
  );
}

async function ensureDatabase(admin, name, log) {
  if (await databaseExists(admin, name)) return;
  await admin.query(`create database ${admin.escapeIdentifier(name)}`);
  log.info(`made the database ${name}`);
}

/**
 * A role that exists with another password is as good as missing: create_database.js leaves it so on a database in use.
 * @returns {Promise<boolean>} whether the role was missing
 */
async function ensureRole(admin, settings, who, database, log) {
  const role = admin.escapeIdentifier(who.user);
  const there = (await admin.query('select 1 from pg_roles where rolname = $1', [who.user])).rows.length > 0;
  if (!there) {
    await admin.query(`create role ${role} login password ${admin.escapeLiteral(who.password)}`);
    log.info(`made the role ${who.user}`);
  }
  await admin.query(`grant connect on database ${admin.escapeIdentifier(database)} to ${role}`);
  try {
    await (await connect(settings, database, who)).end();
  } catch (error) {
    if (!isWrongCredentials(error)) throw error;
    await admin.query(`alter role ${role} login password ${admin.escapeLiteral(who.password)}`);
    log.info(`set the password of the role ${who.user} to the one in its Secret`);
  }
  return !there;
}

/** What create_database.js grants a new application role, and does not on a database that came back from a dump without its roles. */
async function grantData(client, settings) {
  const role = client.escapeIdentifier(settings.app.user);
  const rights = { tables: 'select, insert, update, delete', sequences: 'usage, select' };
  for (const [kind, right] of Object.entries(rights)) {
    await client.query(`grant ${right} on all ${kind} in schema public to ${role}`);
    await client.query(`alter default privileges in schema public grant ${right} on ${kind} to ${role}`);
  }
}

async function ensureServerSchema(client, settings) {
  const role = client.escapeIdentifier(settings.app.user);
  await client.query('create extension if not exists vector');
  await client.query('create schema if not exists pgboss');
  await client.query(`grant all on schema pgboss to ${role}; grant usage on schema public to ${role}`);
}

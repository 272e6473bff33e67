// The record of runs, kept in the application's own database: what was run, for which image, how it ended. The state of the
// database is the only memory; a Helm revision or a Job that is gone changes nothing about it.

const TABLES = `
  create schema if not exists alga_bootstrap;
  create table if not exists alga_bootstrap.runs (
    id bigint generated always as identity primary key,
    owner text not null,
    inputs text not null,
    mode text not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    error text
  );
  create table if not exists alga_bootstrap.seeding (
    id uuid primary key default gen_random_uuid(),
    started_at timestamptz not null default now(),
    finished_at timestamptz
  );
  alter table alga_bootstrap.seeding add column if not exists inputs text;
  create table if not exists alga_bootstrap.beginning (id uuid primary key default gen_random_uuid());`;
const OPEN = 'select id from alga_bootstrap.seeding where finished_at is null';

/** Makes the record's tables where they are missing and lets the application's role read them. */
export async function ensureRecord(client, appUser) {
  await client.query(TABLES);
  const role = client.escapeIdentifier(appUser);
  await client.query(
    `grant usage on schema alga_bootstrap to ${role}; grant select on all tables in schema alga_bootstrap to ${role}`,
  );
}

/** True when a run of the same owner has begun on this database in fresh mode. */
export async function begunBy(client, owner) {
  if (!(await exists(client, 'alga_bootstrap.runs'))) return false;
  const { rows } = await client.query("select 1 from alga_bootstrap.runs where owner = $1 and mode = 'fresh' limit 1", [
    owner,
  ]);
  return rows.length > 0;
}

/** Writes down that a run begins; gives its id. */
export async function beginRun(client, { owner, inputs, mode }) {
  const insert = 'insert into alga_bootstrap.runs (owner, inputs, mode) values ($1, $2, $3) returning id';
  return (await client.query(insert, [owner, inputs, mode])).rows[0].id;
}

/** Writes down how a run ended: without an error it is finished. */
export async function endRun(client, id, error) {
  const update =
    'update alga_bootstrap.runs set error = $2, finished_at = case when $2::text is null then now() end where id = $1';
  await client.query(update, [id, error]);
}

/** The id of the filling of this database that has begun and not ended; undefined when there is none. */
export async function openFilling(client) {
  return (await exists(client, 'alga_bootstrap.seeding')) ? (await client.query(OPEN)).rows[0]?.id : undefined;
}

/** Writes down that the filling of an empty database begins; gives its id. */
export async function beginFilling(client, inputs) {
  await client.query('delete from alga_bootstrap.seeding where finished_at is null');
  const insert = 'insert into alga_bootstrap.seeding (inputs) values ($1) returning id';
  return (await client.query(insert, [inputs])).rows[0].id;
}

/** The one mark that says tenant, seeds and licence row are all there. */
export async function endFilling(client, id) {
  await client.query('update alga_bootstrap.seeding set finished_at = now() where id = $1', [id]);
}

/** Forgets a filling that was undone. */
export async function forgetFilling(client, id) {
  await client.query('delete from alga_bootstrap.seeding where id = $1', [id]);
}

/** True when the seeds have run to their end for these inputs. */
export async function seededFor(client, inputs) {
  const query = 'select 1 from alga_bootstrap.seeding where inputs = $1 and finished_at is not null limit 1';
  return (await client.query(query, [inputs])).rows.length > 0;
}

/** Writes down that the seeds have run again, for these inputs. */
export async function recordSeedsAgain(client, inputs) {
  await client.query('insert into alga_bootstrap.seeding (inputs, finished_at) values ($1, now())', [inputs]);
}

/** `table` is qualified with its schema. */
export async function exists(client, table) {
  return (await client.query('select to_regclass($1) is not null as there', [table])).rows[0].there;
}

/** Marks the database as not begun to migrate, by an id that its copy then has as well. */
export async function markBeginning(client) {
  await client.query('delete from alga_bootstrap.beginning');
  await client.query('insert into alga_bootstrap.beginning default values');
}

/** That id; undefined where there is none. */
export async function readBeginning(client) {
  if (!(await exists(client, 'alga_bootstrap.beginning'))) return undefined;
  return (await client.query('select id from alga_bootstrap.beginning')).rows[0]?.id;
}

/** Tells whether knex has begun to migrate this database, whatever it has written down of it. */
export const migrationsBegun = (client) => exists(client, 'public.knex_migrations');

/** Number of migrations that were applied. */
export const countMigrations = (client) => countRows(client, 'public.knex_migrations');

/** Number of rows in `users`, 0 when there is no such table. */
export const countUsers = (client) => countRows(client, 'public.users');

/** Number of rows in `tenants`, 0 when there is no such table. */
export const countTenants = (client) => countRows(client, 'public.tenants');

async function countRows(client, table) {
  if (!(await exists(client, table))) return 0;
  return (await client.query(`select count(*)::int as count from ${table}`)).rows[0].count;
}

/** Tells whether a database of that name exists. */
export async function databaseExists(client, name) {
  return (await client.query('select 1 from pg_database where datname = $1', [name])).rows.length > 0;
}

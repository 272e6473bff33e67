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
  );`;

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

/** Takes a qualified table name, tells whether the table is there. */
export async function exists(client, table) {
  return (await client.query('select to_regclass($1) is not null as there', [table])).rows[0].there;
}

/** Number of rows in `users`, 0 when there is no such table. */
export async function countUsers(client) {
  if (!(await exists(client, 'public.users'))) return 0;
  return (await client.query('select count(*)::int as count from public.users')).rows[0].count;
}

/** Tells whether a database of that name exists. */
export async function databaseExists(client, name) {
  return (await client.query('select 1 from pg_database where datname = $1', [name])).rows.length > 0;
}

import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgres, SUPERUSER_PASSWORD, type Postgres } from '../bootstrap/postgres.ts';
import { startPgBouncer } from './pooled.ts';

/** A real PgBouncer with the settings and the start of the chart, before a real Postgres. */
const POOL_PASSWORD = 'canary0pgbouncer0password';
const SECRET = { DB_PASSWORD_PGBOUNCER: POOL_PASSWORD, DB_PASSWORD_SUPERUSER: SUPERUSER_PASSWORD };
let postgres: Postgres;
beforeAll(async () => {
  postgres = await createPostgres();
  await postgres.start();
  await postgres.query('postgres', `create role app_user_pgbouncer login password '${POOL_PASSWORD}'`);
  await postgres.query('postgres', 'create database server');
}, 60_000);
afterAll(() => postgres.remove());

/** Who one is then, or why one is not let in. */
async function comeIn(port: number, user: string, password: string, database: string): Promise<string> {
  const client = new Client({ host: '127.0.0.1', port, user, password, database, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // told by the query as well
  try {
    await client.connect();
    const { rows } = await client.query<{ who: string }>(
      "select current_user || ' in ' || current_database() || (case when usesuper then ', superuser' else '' end) as who from pg_user where usename = current_user",
    );
    return rows[0]?.who ?? '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => {}); // one that was refused has no connection to end
  }
}

describe('on the appliance', () => {
  test('PgBouncer lets in the pool and the administrator, each with the own password', async () => {
    const port = await startPgBouncer('appliance', postgres.port, SECRET);
    expect(await comeIn(port, 'app_user_pgbouncer', POOL_PASSWORD, 'server')).toBe('app_user_pgbouncer in server');
    for (const database of ['server', 'postgres'])
      expect(await comeIn(port, 'postgres', SUPERUSER_PASSWORD, database)).toBe(`postgres in ${database}, superuser`);
    expect(await comeIn(port, 'postgres', POOL_PASSWORD, 'server')).toMatch(/authentication failed/);
    expect(await comeIn(port, 'app_user', 'any', 'server')).toMatch(/authentication failed/);
    expect(await comeIn(port, 'postgres', SUPERUSER_PASSWORD, 'template1')).toMatch(/no such database/);
    // Its console, with which everything could be read and stopped.
    expect(await comeIn(port, 'postgres', SUPERUSER_PASSWORD, 'pgbouncer')).toMatch(/not allowed/);
  });
});

describe('elsewhere', () => {
  test('PgBouncer serves the pool in the one database as before, and no superuser', async () => {
    const port = await startPgBouncer('defaults', postgres.port, SECRET);
    expect(await comeIn(port, 'app_user_pgbouncer', POOL_PASSWORD, 'server')).toBe('app_user_pgbouncer in server');
    expect(await comeIn(port, 'postgres', SUPERUSER_PASSWORD, 'server')).toMatch(/authentication failed/);
    expect(await comeIn(port, 'app_user_pgbouncer', POOL_PASSWORD, 'postgres')).toMatch(/no such database/);
  });
});

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../lab/parts/ports.ts';
import { createPostgres, SUPERUSER_PASSWORD, type Postgres } from '../bootstrap/postgres.ts';
import { needs } from '../support/needs.ts';
import { rendered, the, workloads } from './objects.ts';
import { program } from './programs.ts';

needs('pgbouncer');

/** A real PgBouncer with the settings and the start of the chart, before a real Postgres. */
const POOL_PASSWORD = 'canary0pgbouncer0password';
const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
let postgres: Postgres;
beforeAll(async () => {
  // PgBouncer does not run as root.
  chmodSync(folder, 0o777);
  postgres = await createPostgres();
  await postgres.start();
  await postgres.query('postgres', `create role app_user_pgbouncer login password '${POOL_PASSWORD}'`);
  await postgres.query('postgres', 'create database server');
}, 60_000);
afterAll(async () => {
  await postgres.remove();
  rmSync(folder, { recursive: true });
});

/** Starts what the chart renders until the test is over, gives the port on which it answers. */
async function start(which: 'defaults' | 'appliance'): Promise<number> {
  const port = await freePort('127.0.0.1');
  const settings = `port=${port},database.host=127.0.0.1,database.port=${postgres.port}`;
  const objects = await rendered('pgbouncer', ['--set', settings], which);
  const ini = the(objects, 'ConfigMap', 'pgbouncer').data?.['pgbouncer.ini'] ?? '';
  const [own] = workloads(objects)[0]?.pod.containers ?? [];
  const here = (text: string) => text.replaceAll(/\/(?:run|etc)\/pgbouncer/g, folder);
  writeFileSync(join(folder, 'pgbouncer.ini'), here(ini));
  const running = execa('/bin/sh', ['-ec', here(own?.args?.[0] ?? '')], {
    env: {
      PATH: `${dirname(await program('pgbouncer'))}:${process.env['PATH']}`,
      DB_PASSWORD_PGBOUNCER: POOL_PASSWORD,
      DB_PASSWORD_SUPERUSER: SUPERUSER_PASSWORD,
    },
    ...(userInfo().uid === 0 && { uid: 65_534, gid: 65_534 }),
    reject: false,
    all: true,
  });
  onTestFinished(async () => {
    running.kill();
    await running;
    rmSync(join(folder, 'userlist.txt'), { force: true });
  });
  let said = '';
  const up = new Promise<void>((resolve, reject) => {
    running.all.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('process up')) resolve();
    });
    running.all.once('end', () => reject(new Error(`PgBouncer ended: ${said}`)));
  });
  await up;
  return port;
}

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
    const port = await start('appliance');
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
    const port = await start('defaults');
    expect(await comeIn(port, 'app_user_pgbouncer', POOL_PASSWORD, 'server')).toBe('app_user_pgbouncer in server');
    expect(await comeIn(port, 'postgres', SUPERUSER_PASSWORD, 'server')).toMatch(/authentication failed/);
    expect(await comeIn(port, 'app_user_pgbouncer', POOL_PASSWORD, 'postgres')).toMatch(/no such database/);
  });
});

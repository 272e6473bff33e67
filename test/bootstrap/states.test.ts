import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { createBed } from './bed.ts';
import { PASSWORDS, runJob, startJob } from './job.ts';
import { SUPERUSER_PASSWORD } from './postgres.ts';
import { insideSleep } from './sleep.ts';

/** States of a database that somebody else left, or that somebody else is working in. */
const bed = createBed();

const recover = (more: Record<string, string> = {}) => runJob(bed.env({ BOOTSTRAP_MODE: 'recover', ...more }));
const SEEDED = { seeds: 'seeded', usersCount: 1, error: null, exitCode: 0 };

async function connected(user: string, password: string, to = bed.database): Promise<Client> {
  const client = new Client({ host: '127.0.0.1', port: bed.postgres.port, user, password, database: to });
  client.on('error', () => {});
  await client.connect();
  return client;
}

const countAs = async (user: string, password: string) => {
  const client = await connected(user, password);
  try {
    return (await client.query('select count(*)::int as count from users')).rows;
  } finally {
    await client.end();
  }
};

describe('roles', () => {
  test('with other passwords, or that may not log in, get those of the Secret', async () => {
    bed.freshDatabase();
    for (const role of ['app_user', 'app_user_pgbouncer', 'hocuspocus_user'])
      await bed.postgres.query('postgres', `create role ${role} nologin password 'from another life'`);
    expect((await runJob(bed.env())).result).toMatchObject(SEEDED);
    expect(await countAs('app_user', PASSWORDS.app)).toEqual([{ count: 1 }]);
    expect(await countAs('app_user_pgbouncer', PASSWORDS.pgbouncer)).toEqual([{ count: 1 }]);
    await (await connected('hocuspocus_user', PASSWORDS.hocuspocus, `${bed.database}_hocuspocus`)).end();
  });

  test('that a dump did not bring along are made, and reach the data', async () => {
    for (const name of ['postgres', bed.database, `${bed.database}_hocuspocus`])
      await bed.postgres.query(name, 'drop owned by app_user, app_user_pgbouncer, hocuspocus_user cascade');
    await bed.postgres.query('postgres', 'drop role app_user, app_user_pgbouncer, hocuspocus_user');
    expect((await recover()).result).toMatchObject({ seeds: 'skipped', usersCount: 1, exitCode: 0 });
    expect(await countAs('app_user', PASSWORDS.app)).toEqual([{ count: 1 }]);
    expect(await countAs('app_user_pgbouncer', PASSWORDS.pgbouncer)).toEqual([{ count: 1 }]);
  });
});

describe('databases', () => {
  test('that belong to somebody else are used as they are', async () => {
    bed.freshDatabase();
    await bed.postgres.query('postgres', 'create role somebody');
    await bed.postgres.query('postgres', `create database ${bed.database} owner somebody`);
    expect((await runJob(bed.env())).result).toMatchObject(SEEDED);
    expect(await countAs('app_user', PASSWORDS.app)).toEqual([{ count: 1 }]);
    const owner = `select pg_get_userbyid(datdba) as owner from pg_database where datname = '${bed.database}'`;
    expect(await bed.postgres.query('postgres', owner)).toEqual([{ owner: 'somebody' }]);
  });

  test('an empty one in recover mode is filled as in a fresh install', async () => {
    bed.freshDatabase();
    expect((await recover()).result).toMatchObject({ mode: 'recover', ...SEEDED });
  });

  test('one in which somebody else is at work is seeded all the same, all or nothing', async () => {
    bed.freshDatabase();
    const job = startJob(bed.env({ STAND_IN_SLOW_MIGRATION: '2', STAND_IN_SLOW_SEED: '600' }));
    await insideSleep(bed.postgres);
    const other = await connected('postgres', SUPERUSER_PASSWORD);
    await insideSleep(bed.postgres, 'copy');
    job.kill();
    expect((await job.finished).log).toContain(`ended 1 session(s) of others in ${bed.database}`);
    await other.end().catch(() => {});
    const again = await runJob(bed.env());
    expect(again.log).toContain('left the first tenant and the seeds unfinished');
    expect(again.result).toMatchObject(SEEDED);
  });
});

describe('the lock', () => {
  test('that somebody holds is waited for to an end, and its holder named', async () => {
    bed.freshDatabase();
    const holder = await connected('postgres', SUPERUSER_PASSWORD, 'postgres');
    await holder.query('select pg_advisory_lock(1634494305, 1)');
    const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
    const job = await runJob(bed.env({ LOCK_WAIT_SECONDS: '2' }));
    await holder.end();
    expect(job.exitCode).toBe(21);
    expect(job.result?.error).toContain(`another bootstrap run (Postgres session ${rows[0]?.pid}, since `);
    expect(await bed.postgres.query('postgres', `select 1 from pg_database where datname = '${bed.database}'`)).toEqual(
      [],
    );
    expect((await runJob(bed.env())).result).toMatchObject(SEEDED);
  });
});

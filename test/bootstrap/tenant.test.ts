import { pbkdf2Sync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { createBed } from './bed.ts';
import { NO_INITIAL_TENANT, PASSWORDS, PASSWORD_HASH, runJob, startJob, type RunningJob } from './job.ts';
import { SUPERUSER_PASSWORD } from './postgres.ts';
import { insideSleep } from './sleep.ts';

/** What an empty database is filled with, exactly once: tenant, administrator, seeds, licence row. */
const bed = createBed();

const rows = (text: string) => bed.postgres.query(bed.database, text);
const counted = async () => {
  const [row] =
    await rows(`select (select count(*)::int from tenants) as tenants, (select count(*)::int from users) as users,
    (select count(*)::int from roles) as roles, (select count(*)::int from documents) as documents,
    (select count(*)::int from license_state) as licences,
    (select count(*)::int from alga_bootstrap.seeding where finished_at is not null) as marks,
    (select count(*)::int from alga_bootstrap.seeding where finished_at is null) as open`);
  return row;
};
const ONCE = { tenants: 1, users: 1, roles: 3, documents: 1, licences: 1, marks: 1, open: 0 };
const recover = (more: Record<string, string> = {}) =>
  runJob(bed.env({ BOOTSTRAP_MODE: 'recover', BOOTSTRAP_INSTALL_ID: 'install-2', ...more }));

/** What the server does at a login. */
async function letsIn(password: string, settings: typeof PASSWORD_HASH): Promise<boolean> {
  const [user] = await rows('select hashed_password from users');
  const [salt = '', hash = ''] = String(user?.['hashed_password']).split(':');
  const { NEXTAUTH_SECRET, ITERATIONS, KEY_LENGTH, ALGORITHM } = settings;
  const derived = pbkdf2Sync(password, NEXTAUTH_SECRET + salt, Number(ITERATIONS), Number(KEY_LENGTH), ALGORITHM);
  return derived.toString('hex') === hash;
}

describe('an empty database', () => {
  test('gets one tenant with its administrator, the seeds and the licence row', async () => {
    bed.freshDatabase();
    const job = await runJob(bed.env());
    expect(job.result).toMatchObject({ seeds: 'seeded', usersCount: 1, error: null, exitCode: 0 });
    expect(await counted()).toEqual(ONCE);
    expect(await rows('select client_name, email, product_code from tenants')).toEqual([
      { client_name: 'First & Sons', email: 'Ada@first.test', product_code: 'psa' },
    ]);
    expect(await rows('select email, first_name, last_name from users')).toEqual([
      { email: 'ada@first.test', first_name: 'Ada', last_name: 'Admin' },
    ]);
    expect(
      await rows('select edition_choice, license_token, trial_started_at is not null as trial from license_state'),
    ).toEqual([{ edition_choice: 'ee', license_token: null, trial: true }]);
    for (const canary of Object.values(PASSWORDS)) {
      expect(job.log).not.toContain(canary);
      expect(job.message.toString()).not.toContain(canary);
    }
  });

  test('has an administrator who gets in with this password, and only by the settings that the server has', async () => {
    expect(await letsIn(PASSWORDS.administrator, PASSWORD_HASH)).toBe(true);
    expect(await letsIn('another', PASSWORD_HASH)).toBe(false);
    expect(await letsIn(PASSWORDS.administrator, { ...PASSWORD_HASH, ITERATIONS: '10000' })).toBe(false);
    expect(await letsIn(PASSWORDS.administrator, { ...PASSWORD_HASH, NEXTAUTH_SECRET: 'another' })).toBe(false);
  });

  test('is left alone from then on: by the same install, by recover without the Secret, and nobody is sent away', async () => {
    const guest = new Client({
      host: '127.0.0.1',
      port: bed.postgres.port,
      user: 'postgres',
      password: SUPERUSER_PASSWORD,
      database: bed.database,
    });
    await guest.connect();
    const again = await runJob(bed.env());
    expect(again.result).toMatchObject({ seeds: 'skipped', usersCount: 1, exitCode: 0 });
    const recovered = await recover(NO_INITIAL_TENANT);
    expect(recovered.result).toMatchObject({ seeds: 'skipped', usersCount: 1, exitCode: 0 });
    expect(await counted()).toEqual(ONCE);
    expect((await guest.query('select 1 as still')).rows).toEqual([{ still: 1 }]);
    await guest.end();
  });

  test('is refused without the Secret before anything is made, in words that say how to give it', async () => {
    bed.freshDatabase();
    const job = await runJob(bed.env({ ...NO_INITIAL_TENANT, INITIAL_ADMIN_EMAIL: 'ada@first.test' }));
    expect(job.exitCode).toBe(12);
    expect(job.result?.error).toMatch(
      /without a tenant.*Secret appliance-initial-tenant lacks INITIAL_TENANT_NAME, INITIAL_ADMIN_FIRST_NAME, INITIAL_ADMIN_LAST_NAME, INITIAL_ADMIN_PASSWORD\. Make the Secret .*then have the Job run again: appliance-client retry/,
    );
    expect(await bed.postgres.query('postgres', `select 1 from pg_database where datname = '${bed.database}'`)).toEqual(
      [],
    );
  });

  test.each([
    [{ INITIAL_ADMIN_LAST_NAME: '--password' }, /a value in INITIAL_ADMIN_LAST_NAME that begins with a dash/],
    [{ NEXTAUTH_SECRET: '', ITERATIONS: '' }, /could not log in: NEXTAUTH_SECRET, ITERATIONS not set here/],
  ])('is refused as well with %o', async (settings: Record<string, string>, words) => {
    const job = await runJob(bed.env(settings));
    expect(job.exitCode).toBe(12);
    expect(job.result?.error).toMatch(words);
  });

  test('in which nobody can log in at the end is a failure: without seeds, and with a tenant that got no user', async () => {
    bed.freshDatabase();
    const off = await runJob(bed.env({ SETUP_RUN_SEEDS: 'false' }));
    expect(off.result).toMatchObject({ migrated: true, seeds: 'off', usersCount: 0, exitCode: 12 });
    expect(off.result?.error).toContain('left no users');
    const nobody = await runJob(bed.env({ STAND_IN_TENANT: 'without-user' }));
    expect(nobody.exitCode).toBe(22);
    expect(nobody.result?.error).toContain('left tenants: 1, users: 0');
    expect((await runJob(bed.env())).exitCode).toBe(0);
    expect(await counted()).toEqual(ONCE);
  });
});

/** Kills a run at a point that it is known to have reached, and runs it again: the database is whole, and nothing is twice. */
async function killedAndRunAgain(
  job: RunningJob,
  reached: () => Promise<unknown>,
  left: Record<string, number>,
  release?: () => Promise<void>,
) {
  await reached();
  job.kill();
  await job.finished;
  await release?.();
  expect(await counted()).toMatchObject({ ...left, open: 1, marks: 0 });
  const again = await runJob(bed.env());
  expect(again.log).toContain('left the first tenant and the seeds unfinished');
  expect(again.result).toMatchObject({ seeds: 'seeded', usersCount: 1, exitCode: 0 });
  expect(await counted()).toEqual(ONCE);
  const copies = await bed.postgres.query('postgres', "select 1 from pg_database where datname like '%before_seeds'");
  expect(copies).toEqual([]);
}

describe('killed', () => {
  test.each([
    ['between the tenant and its administrator', { STAND_IN_SLOW_TENANT: '600' }, { tenants: 1, users: 0, roles: 0 }],
    ['after the administrator, before the seeds', { STAND_IN_SLOW_ADMINISTRATOR: '600' }, { users: 1, roles: 1 }],
    ['in the middle of the seeds', { STAND_IN_SLOW_SEED: '600' }, { users: 1, roles: 2, documents: 0 }],
  ])('%s: one tenant in the end', async (_, slow: Record<string, string>, left) => {
    bed.freshDatabase();
    const job = startJob(bed.env(slow));
    await killedAndRunAgain(job, () => insideSleep(bed.postgres, 'copy'), left);
  });

  test('after the seeds, before the mark: one tenant in the end', async () => {
    bed.freshDatabase();
    const job = startJob(bed.env({ STAND_IN_SLOW_TENANT: '1' }));
    await insideSleep(bed.postgres, 'copy');
    const holder = new Client({
      host: '127.0.0.1',
      port: bed.postgres.port,
      user: 'postgres',
      password: SUPERUSER_PASSWORD,
      database: bed.database,
    });
    holder.on('error', () => {});
    await holder.connect();
    await holder.query('begin; lock table license_state in exclusive mode');
    const waiting =
      "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into public.license_state%'";
    const reached = () =>
      vi.waitFor(async () => expect(await rows(waiting)).toHaveLength(1), { timeout: 30_000, interval: 50 });
    await killedAndRunAgain(job, reached, { users: 1, roles: 3, documents: 1, licences: 0 }, () => holder.end());
  });

  test('after the mark, before the copy is gone: it is kept as it is, and the copy goes', async () => {
    await bed.postgres.query('postgres', `create database ${bed.database}_before_seeds template ${bed.database}`);
    const copy = `${bed.database}_before_seeds`;
    await bed.postgres.query(copy, 'update alga_bootstrap.seeding set finished_at = null');
    expect((await runJob(bed.env())).result).toMatchObject({ seeds: 'skipped', usersCount: 1, exitCode: 0 });
    expect(await counted()).toEqual(ONCE);
    expect(await bed.postgres.query('postgres', `select 1 from pg_database where datname = '${copy}'`)).toEqual([]);
  });

  test('create-tenant that fails by itself after its tenant: told in its words, and mended by the next run', async () => {
    bed.freshDatabase();
    const job = await runJob(bed.env({ STAND_IN_TENANT: 'fails' }));
    expect(job.exitCode).toBe(22);
    expect(job.result?.error).toMatch(/create-tenant ended with 1: .*relation "tenant_settings" does not exist/);
    expect((await runJob(bed.env())).exitCode).toBe(0);
    expect(await counted()).toEqual(ONCE);
  });
});

describe('half a tenant', () => {
  test.each(['fresh', 'recover'])(
    'that this job did not begin is refused in %s mode, and nothing is touched',
    async (mode) => {
      bed.freshDatabase();
      await runJob(bed.env());
      await rows('truncate users cascade');
      const before = await counted();
      const job = await runJob(bed.env({ BOOTSTRAP_MODE: mode }));
      expect(job.exitCode).toBe(12);
      expect(job.result?.error).toMatch(
        /half a tenant .*tenants: 1, users: 0.*did not begin it.*not completed.*backup/,
      );
      expect(await counted()).toEqual(before);
    },
  );

  test('that was begun and whose copy is gone is refused, although it has a user', async () => {
    bed.freshDatabase();
    const job = startJob(bed.env({ STAND_IN_SLOW_SEED: '600' }));
    await insideSleep(bed.postgres, 'copy');
    job.kill();
    await job.finished;
    await bed.postgres.query('postgres', `drop database ${bed.database}_before_seeds`);
    const again = await runJob(bed.env());
    expect(again.exitCode).toBe(12);
    expect(again.result?.error).toMatch(/half a tenant .*users: 1.*copy from before it is gone/);
  });
});

describe('the seeds', () => {
  const folder = (files: Record<string, string>) => {
    const made = mkdtempSync(join(tmpdir(), 'seeds-of-a-test-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
    return made;
  };

  test('that are in a folder below, as in later images, are asked for by name before anything is made', async () => {
    bed.freshDatabase();
    const job = await runJob(bed.env({ SEEDS_DIR: join(bed.env().APP_DIR ?? '', 'ee/server/seeds') }));
    expect(job.exitCode).toBe(12);
    expect(job.result?.error).toMatch(
      /^ERROR: No seed files exist in .*, only the folders onboarding: name the folder/,
    );
  });

  test('that say they found no tenant, or that there are none, are a failure although they end with 0', async () => {
    const dir = folder({ '01.cjs': "exports.seed = () => console.log('No tenant(s) found, skipping roles seed');\n" });
    const job = await runJob(bed.env({ SEEDS_DIR: dir }));
    rmSync(dir, { recursive: true });
    expect(job.exitCode).toBe(22);
    expect(job.result?.error).toContain('seed did nothing: No tenant(s) found, skipping roles seed');
    expect((await runJob(bed.env())).exitCode).toBe(0);
    expect(await counted()).toEqual(ONCE);
  });

  test('run again for another image only when its seeds are idempotent, and then once', async () => {
    const dir = folder({
      '01.cjs': "exports.seed = (knex) => knex('documents').insert({ embedding: null });\n",
    });
    const upgraded = { BOOTSTRAP_INPUTS: 'inputs-2', SEEDS_DIR: dir };
    expect((await recover(upgraded)).result).toMatchObject({ seeds: 'skipped', exitCode: 0 });
    expect(await counted()).toMatchObject({ documents: 1, marks: 1 });
    const idempotent = { ...upgraded, SEEDS_ARE_IDEMPOTENT: 'true' };
    expect((await recover(idempotent)).result).toMatchObject({ seeds: 'seeded', exitCode: 0 });
    expect((await recover(idempotent)).result).toMatchObject({ seeds: 'skipped', exitCode: 0 });
    expect(await counted()).toMatchObject({ ...ONCE, documents: 2, marks: 2 });
    rmSync(dir, { recursive: true });
  });
});

describe('the licence row', () => {
  const licence = () =>
    rows('select edition_choice, license_token, trial_started_at is not null as trial from license_state');

  test('is what the Secret says: with a token there is no trial, and the token is never printed', async () => {
    bed.freshDatabase();
    const given = { EDITION_CHOICE: 'ee', LICENSE_TOKEN: 'canary0licence0token' };
    const job = await runJob(bed.env(given));
    expect(job.log).toContain('wrote the licence row (edition ee, with a token)');
    expect(job.log).not.toContain(given.LICENSE_TOKEN);
    expect(await licence()).toEqual([{ edition_choice: 'ee', license_token: given.LICENSE_TOKEN, trial: false }]);
  });

  test('that is there is never changed; one that is missing after an upgrade is written', async () => {
    const before = await rows('select * from license_state');
    await recover({ EDITION_CHOICE: 'ce', LICENSE_TOKEN: 'another' });
    expect(await rows('select * from license_state')).toEqual(before);
    await rows('delete from license_state');
    await recover({ EDITION_CHOICE: 'ce' });
    expect(await licence()).toEqual([{ edition_choice: 'ce', license_token: null, trial: false }]);
  });

  test('is not written where the deployment is no appliance, nor where the image has no such table', async () => {
    await rows('delete from license_state');
    await recover({ DEPLOYMENT_PROFILE: 'hosted' });
    expect(await licence()).toEqual([]);
    await rows('drop table license_state');
    expect((await recover()).exitCode).toBe(0);
  });
});

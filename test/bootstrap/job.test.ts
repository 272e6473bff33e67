import { describe, expect, test } from 'vitest';
import { createBed } from './bed.ts';
import { PASSWORDS, runJob, startJob } from './job.ts';
import { SUPERUSER_PASSWORD } from './postgres.ts';
import { insideSleep } from './sleep.ts';

const bed = createBed();

const users = async () =>
  (await bed.postgres.query(bed.database, 'select email from users order by 1')).map((row) => row['email']);
const SEEDED = ['ada@first.test'];
const anotherInstall = { BOOTSTRAP_INSTALL_ID: 'install-2' };

describe('fresh on an empty Postgres', () => {
  test('makes databases, roles, extension and schemas, migrates, seeds and says so', async () => {
    bed.freshDatabase();
    const job = await runJob(bed.env());
    expect(job.log).toContain('running seeds');
    expect(job.result).toEqual({
      mode: 'fresh',
      migrated: true,
      migrationsApplied: 4,
      seeds: 'seeded',
      usersCount: 1,
      error: null,
      exitCode: 0,
    });
    expect(job.exitCode).toBe(0);
    expect(await users()).toEqual(SEEDED);
    expect(
      await bed.postgres.query(bed.database, "select nspname from pg_namespace where nspname = 'pgboss'"),
    ).toHaveLength(1);
    expect(
      await bed.postgres.query(bed.database, "select extname from pg_extension where extname = 'vector'"),
    ).toHaveLength(1);
    const left = await bed.postgres.query(
      'postgres',
      "select datname from pg_database where datname like '%before_seeds'",
    );
    expect(left).toEqual([]);
  });

  test("the workers' role has the application's rights under a login of its own", async () => {
    const rows = await bed.postgres.query(
      bed.database,
      "select has_table_privilege('app_user_pgbouncer', 'users', 'insert') as may",
    );
    expect(rows).toEqual([{ may: true }]);
  });

  test("prints no password, though the image's own knexfile does", async () => {
    bed.freshDatabase();
    const { log } = await runJob(bed.env());
    expect(log).toContain('Using DB_PASSWORD_ADMIN environment variable: [redacted]');
    for (const canary of [SUPERUSER_PASSWORD, ...Object.values(PASSWORDS)]) expect(log).not.toContain(canary);
  });
});

describe('on existing application data', () => {
  test('fresh refuses and names both ways out', async () => {
    bed.freshDatabase();
    await runJob(bed.env());
    const job = await runJob(bed.env(anotherInstall));
    expect(job.exitCode).toBe(11);
    expect(job.result?.error).toMatch(/^ERROR: fresh install refused: .*users: 1.*recover mode.*wipe/);
    expect(job.result).toMatchObject({ migrated: false, seeds: null, usersCount: 1 });
    expect(await users()).toEqual(SEEDED);
  });

  test('fresh goes on when the data was made by this same install', async () => {
    const job = await runJob(bed.env());
    expect(job.log).toContain('made by this same install');
    expect(job.log).toContain('seeds already present, skipping');
    expect(job.result).toMatchObject({ seeds: 'skipped', usersCount: 1, exitCode: 0 });
  });

  test('recover keeps it and skips the seeds', async () => {
    // The values of an older site name no folder: the chart's default may be one that its image does not have.
    const job = await runJob(bed.env({ ...anotherInstall, BOOTSTRAP_MODE: 'recover', SEEDS_DIR: '/nowhere/seeds' }));
    expect(job.log).toContain('seeds already present, skipping');
    expect(job.result).toEqual({
      mode: 'recover',
      migrated: true,
      migrationsApplied: 0,
      seeds: 'skipped',
      usersCount: 1,
      error: null,
      exitCode: 0,
    });
    expect(await users()).toEqual(SEEDED);
  });

  test("recover sets the application's password to the one in its Secret", async () => {
    await bed.postgres.query('postgres', "alter role app_user password 'from another life'");
    const job = await runJob(bed.env({ BOOTSTRAP_MODE: 'recover' }));
    expect(job.exitCode).toBe(0);
    expect(job.log).toContain('set the password of the role app_user');
  });
});

describe('what cannot succeed ends at once', () => {
  test('a wrong password names the two ways out', async () => {
    bed.freshDatabase();
    const started = Date.now();
    const job = await runJob(bed.env({ DB_PASSWORD_ADMIN: 'another0password' }));
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(job.exitCode).toBe(10);
    expect(job.result?.error).toMatch(
      /refuses the credentials of "postgres".*original Secret db-credentials.*recover mode.*wipe/,
    );
    expect(job.log).not.toContain('another0password');
  });

  test('a missing seed folder, before anything is made', async () => {
    const job = await runJob(bed.env({ SEEDS_DIR: '/nowhere/seeds' }));
    expect(job.exitCode).toBe(12);
    expect(job.log).toContain('ERROR: Configured seed directory does not exist: /nowhere/seeds');
    expect(await bed.postgres.query('postgres', `select 1 from pg_database where datname = '${bed.database}'`)).toEqual(
      [],
    );
  });

  test('wrong settings, all at once', async () => {
    const job = await runJob(bed.env({ BOOTSTRAP_MODE: 'frehs', DB_USER_SERVER: 'a"b', SETUP_RUN_SEEDS: 'yes' }));
    expect(job.exitCode).toBe(12);
    expect(job.result?.error).toMatch(/BOOTSTRAP_MODE is "frehs".*SETUP_RUN_SEEDS is "yes".*DB_USER_SERVER is "a"b"/);
  });

  test('a broken migration, with the line that tells why', async () => {
    const job = await runJob(bed.env({ STAND_IN_BROKEN_MIGRATION: 'yes' }));
    expect(job.exitCode).toBe(22);
    expect(job.result?.error).toContain('relation "no_such_table" does not exist');
    expect(job.result).toMatchObject({ migrated: false, seeds: null });
    const again = await runJob(bed.env());
    expect(again.result).toMatchObject({ seeds: 'seeded', usersCount: 1, exitCode: 0 });
  });
});

describe('interrupted', () => {
  test('killed in the middle of the migrations and run again: finishes, seeds once', async () => {
    bed.freshDatabase();
    const killed = startJob(bed.env({ STAND_IN_SLOW_MIGRATION: '600' }));
    await insideSleep(bed.postgres);
    killed.kill();
    await killed.finished;
    const job = await runJob(bed.env());
    expect(job.log).toMatch(/ended \d+ session\(s\) that an interrupted run left behind/);
    expect(job.log).toContain('released the migration lock that an interrupted run left behind');
    expect(job.result).toMatchObject({ migrated: true, seeds: 'seeded', usersCount: 1, exitCode: 0 });
    expect(await users()).toEqual(SEEDED);
  });

  test('killed in the middle of the seeds and run again: no half-seeded database passes for a whole one', async () => {
    bed.freshDatabase();
    const killed = startJob(bed.env({ STAND_IN_SLOW_SEED: '600' }));
    await insideSleep(bed.postgres, 'copy');
    killed.kill();
    await killed.finished;
    expect(await bed.postgres.query(bed.database, 'select role_name from roles order by 1')).toEqual([
      { role_name: 'Admin' },
      { role_name: 'Finance' },
    ]);
    const job = await runJob(bed.env());
    expect(job.log).toContain('left the first tenant and the seeds unfinished');
    expect(job.result).toMatchObject({ seeds: 'seeded', usersCount: 1, exitCode: 0 });
    expect(await users()).toEqual(SEEDED);
    const settings = await bed.postgres.query(bed.database, "select current_setting('app.environment') as environment");
    expect(settings).toEqual([{ environment: 'production' }]);
  });

  test('asked to stop in the middle of a migration, it finishes the run first', async () => {
    bed.freshDatabase();
    const job = startJob(bed.env({ STAND_IN_SLOW_MIGRATION: '5' }));
    await insideSleep(bed.postgres);
    job.signal('SIGTERM');
    const finished = await job.finished;
    expect(finished.log).toContain('asked to stop: finishing this run first');
    expect(finished.result).toMatchObject({ seeds: 'seeded', exitCode: 0 });
  });

  test("a foreign database under the copy's name is left alone", async () => {
    bed.freshDatabase();
    await bed.postgres.query('postgres', `create database ${bed.database}_before_seeds`);
    const job = await runJob(bed.env());
    expect(job.exitCode).toBe(12);
    expect(job.result?.error).toContain('is in the way and is not ours');
  });
});

test('two at once: one waits for the other, the seeds run once', async () => {
  bed.freshDatabase();
  const slow = { STAND_IN_SLOW_MIGRATION: '2' };
  const jobs = await Promise.all([runJob(bed.env(slow)), runJob(bed.env(slow))]);
  expect(jobs.map((job) => job.exitCode)).toEqual([0, 0]);
  expect(jobs.map((job) => job.result?.seeds).toSorted()).toEqual(['seeded', 'skipped']);
  expect(jobs.filter((job) => job.log.includes('another bootstrap run is at work'))).toHaveLength(1);
  expect(await users()).toEqual(SEEDED);
});

describe("the application's start gate", () => {
  test('goes at once when it is asked to, as the first process of a container would not by itself', async () => {
    bed.freshDatabase();
    const gate = startJob(bed.env({ GATE_PATIENCE_SECONDS: '60' }), 'gate');
    await gate.said('waiting for the bootstrap job');
    gate.signal('SIGTERM');
    expect((await gate.finished).exitCode).toBe(143);
  });

  test('waits, says for what, and gives up after its patience', async () => {
    bed.freshDatabase();
    const { exitCode, log } = await runJob(bed.env({ GATE_PATIENCE_SECONDS: '3' }), 'gate');
    expect(exitCode).toBe(1);
    expect(log).toMatch(/waiting for the bootstrap job: the database does not let the application in yet/);
    expect(log).toMatch(/ERROR: gave up after 3 s waiting for the bootstrap job/);
  });

  test('opens once the job has finished for this image, and not for another', async () => {
    const gate = startJob(bed.env({ GATE_PATIENCE_SECONDS: '60' }), 'gate');
    await runJob(bed.env());
    expect((await gate.finished).exitCode).toBe(0);
    const other = await runJob(bed.env({ BOOTSTRAP_INPUTS: 'inputs-2', GATE_PATIENCE_SECONDS: '3' }), 'gate');
    expect(other.log).toContain('no run for this image has begun');
    expect(other.exitCode).toBe(1);
  });
});

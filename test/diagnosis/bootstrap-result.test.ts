import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { ago, appliance, type Change, NOW, podName } from './appliance.ts';
import { bootstrapFailed, componentOf, find, partOf } from './faults.ts';

/** The end of charts/alga-core/files/bootstrap/main.mjs: what it leaves as its container's termination message. */
const result = (error: string | null, exitCode: number, more: object = {}) =>
  JSON.stringify({
    job: 'alga-bootstrap/v1',
    mode: 'fresh',
    migrated: false,
    migrationsApplied: 0,
    seeds: null,
    usersCount: null,
    ...more,
    error,
    exitCode,
    seconds: 12,
  });

function ended(exitCode: number, message: string, log = ''): Change {
  return (items, rest) => {
    bootstrapFailed(log)(items, rest);
    const status = partOf(find(items, 'Pod', podName(componentOf('bootstrap'))), 'status');
    status['containerStatuses'] = [
      {
        name: 'bootstrap',
        ready: false,
        restartCount: 0,
        image: 'ghcr.io/nine-minds/alga-psa-ee:1',
        lastState: {},
        state: { terminated: { exitCode, reason: 'Error', message } },
      },
    ];
  };
}

const answer = (snapshot: Snapshot) => diagnose(snapshot, { now: new Date(NOW) });

describe('the result that the bootstrap job leaves', () => {
  it.each([
    [
      10,
      'ERROR: Postgres at db:5432 refuses the credentials of "postgres" (password authentication failed for user "postgres").',
      'database-auth-failed',
    ],
    [
      11,
      'ERROR: fresh install refused: the database server on db:5432 already holds application data (users: 4). Two ways out: keep the data and run in recover mode; or give it up: wipe the application data, then install fresh.',
      'bootstrap-existing-data',
    ],
    [12, 'ERROR: Configured seed directory does not exist: /app/ee/server/seeds/onboarding', 'bootstrap-job-failed'],
    [
      20,
      'ERROR: Postgres at db:5432 took no connection within 300 s (connect ECONNREFUSED 10.96.14.3:5432)',
      'database-unreachable',
    ],
    [21, 'ERROR: another run holds the bootstrap lock since 12:00', 'bootstrap-job-failed'],
    [22, 'ERROR: knex ended with 1: migration file "20260101_x.cjs" failed', 'migration-failed'],
    [1, 'ERROR: cannot read properties of undefined', 'bootstrap-job-failed'],
  ])('exit code %i, %s: %s', (exitCode, error, code) => {
    const { blockers } = answer(appliance(ended(exitCode, result(error, exitCode))));
    expect(blockers.map((one) => one.code)).toEqual([code]);
    expect(blockers[0]?.evidence[0]?.message).toBe(error);
    expect(JSON.stringify(blockers)).not.toContain('alga-bootstrap/v1');
  });

  it.each([
    [10, 'database-auth-failed'],
    [11, 'bootstrap-existing-data'],
    [20, 'database-unreachable'],
  ])('exit code %i says enough when its words are of no known kind', (exitCode, code) => {
    const { blockers } = answer(appliance(ended(exitCode, result('ERROR: es ging nicht', exitCode))));
    expect(blockers.map((one) => one.code)).toEqual([code]);
  });

  it('counts for more than what the job waited for before', () => {
    const error = 'ERROR: Configured seed directory does not exist: /app/server/seeds/production';
    const log = `bootstrap: waiting for Postgres at db:5432 (21 s of 1800 s): ENOTFOUND getaddrinfo ENOTFOUND db\n${error}`;
    const { blockers } = answer(appliance(ended(12, result(error, 12), log)));
    expect(blockers.map((one) => one.code)).toEqual(['bootstrap-job-failed']);
    expect(blockers[0]?.evidence[0]?.message).toBe(error);
  });

  it('tells the number of users and whether the data was kept', () => {
    const { status } = answer(appliance(ended(11, result('ERROR: fresh install refused', 11, { usersCount: 4 }))));
    expect(status.bootstrap).toMatchObject({ state: 'failed', seed: { usersCount: 4 } });
  });

  it('is read as plain words when it was cut short', () => {
    const cut = result('ERROR: Configured seed directory does not exist: /app/ee/server/seeds/onboarding', 12).slice(
      0,
      190,
    );
    expect(answer(appliance(ended(12, cut))).blockers.map((one) => one.code)).toEqual(['bootstrap-job-failed']);
  });
});

describe('an attempt that failed while the job goes on', () => {
  const still =
    (failed: number): Change =>
    (items) => {
      for (const job of items.filter((one) => one.kind === 'Job'))
        job['status'] = { failed, active: 0, startTime: ago(2) };
    };
  const unreachable =
    'ERROR: Postgres at db:5432 took no connection within 300 s (connect ECONNREFUSED 10.96.14.3:5432)';

  it.each([
    [20, unreachable],
    [21, 'ERROR: another run holds the bootstrap lock since 12:00'],
    [1, 'ERROR: cannot read properties of undefined'],
  ])('is waited out: exit code %i', (exitCode, error) => {
    const { blockers } = answer(appliance(ended(exitCode, result(error, exitCode), error), still(1)));
    expect(blockers).toEqual([]);
  });

  it('is told when it goes on like that', () => {
    const { blockers } = answer(appliance(ended(20, result(unreachable, 20), unreachable), still(3)));
    expect(blockers.map((one) => one.code)).toEqual(['database-unreachable']);
  });

  it('is told at once when no attempt can mend it', () => {
    const error = 'ERROR: password authentication failed for user "postgres"';
    const { blockers } = answer(appliance(ended(10, result(error, 10), error), still(1)));
    expect(blockers.map((one) => one.code)).toEqual(['database-auth-failed']);
  });
});

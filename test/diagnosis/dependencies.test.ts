import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { ago, appliance, type Change, imageOf, NOW } from './appliance.ts';
import { broken, changed, componentOf, crashing } from './faults.ts';

function seen(snapshot: Snapshot) {
  const { status, blockers, graph } = diagnose(snapshot, { now: new Date(NOW) });
  return {
    state: status.rollup.state,
    roots: blockers.map((one) => `${one.code}/${one.component}`),
    operations: status.activeOperations.map((one) => `${one.kind} ${one.component}`),
    why: graph.ruledOut.map((one) => one.why),
    follows: graph.causes.flatMap((cause) => cause.consequences.map((one) => `${one.code}/${one.component}`)),
  };
}

const beingPulled = (name: string): Change =>
  broken(name, { state: { waiting: { reason: 'ContainerCreating' } } }, [
    ['Pulling', `Pulling image "${imageOf(name)}"`, { type: 'Normal', count: 1, first: 14, last: 14 }],
  ]);

const pastDeadline = (name: string): Change =>
  changed('Deployment', componentOf(name).object, (deployment) => {
    deployment['status'] = {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      conditions: [
        {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: `ReplicaSet "${componentOf(name).object}-7d9c5b8f6d" has timed out progressing.`,
          lastTransitionTime: ago(2),
        },
      ],
    };
  });

describe('a component whose database is still being pulled waits, however often it exits', () => {
  it.each<[says: string, component: string, log: string]>([
    ['that it is refused', 'alga-core', 'Error: connect ECONNREFUSED 10.96.14.3:5432'],
    ['that the headless name has no address yet', 'alga-core', 'Error: getaddrinfo ENOTFOUND db.msp.svc.cluster.local'],
    ['in its own words', 'pgbouncer', 'LOG S-0x1: server/x@db:5432 closing because: connect failed (age=0s)'],
  ])('and says %s', (_says, component, log) => {
    const picture = seen(appliance(crashing(component, log, { restarts: 9 }), beingPulled('db')));
    expect(picture).toMatchObject({ state: 'installing', roots: [], operations: ['image-pull db'] });
    expect(picture.why).toContain(`it is waiting for an operation in progress: Pulling ${imageOf('db')}`);
  });

  it('and its rollout, past its deadline, waits with it', () => {
    const log = 'ERROR S: server/x@db:5432 connect failed';
    const picture = seen(
      appliance(crashing('pgbouncer', log, { restarts: 9 }), pastDeadline('pgbouncer'), beingPulled('db')),
    );
    expect(picture).toMatchObject({ state: 'installing', roots: [] });
  });

  it('but not when it fails for a reason of its own', () => {
    const log = 'Error: listen EADDRINUSE: address already in use :::3000';
    expect(seen(appliance(crashing('alga-core', log), beingPulled('db'))).roots).toEqual(['port-conflict/alga-core']);
  });
});

describe('a rollout past its deadline', () => {
  it('waits for the pull of its own image', () => {
    const picture = seen(appliance(beingPulled('pgbouncer'), pastDeadline('pgbouncer')));
    expect(picture).toMatchObject({ state: 'installing', roots: [], operations: ['image-pull pgbouncer'] });
  });

  it('waits for a program that has only just started after a long pull', () => {
    const started = { started: true, state: { running: { startedAt: ago(0.3) } } };
    const picture = seen(appliance(broken('pgbouncer', started), pastDeadline('pgbouncer')));
    expect(picture).toMatchObject({ state: 'installing', roots: [] });
    expect(picture.why).toContain('its pod has started since');
  });

  it('is told when its program has long run without becoming Ready', () => {
    const started = { started: true, state: { running: { startedAt: ago(20) } } };
    expect(seen(appliance(broken('pgbouncer', started), pastDeadline('pgbouncer'))).roots).toEqual([
      'unknown-failure/pgbouncer',
    ]);
  });
});

describe('what a missing database brings about hangs below its cause', () => {
  it.each<[follows: string, component: string, log: string]>([
    ['dns-resolution-failure/alga-core', 'alga-core', 'Error: getaddrinfo ENOTFOUND db.msp.svc.cluster.local'],
    ['database-unreachable/pgbouncer', 'pgbouncer', 'ERROR S: server/x@db:5432 connect failed'],
  ])('%s', (follows, component, log) => {
    const picture = seen(
      appliance(crashing(component, log), crashing('db', 'PANIC:  could not locate a valid checkpoint record')),
    );
    expect(picture).toMatchObject({ roots: ['database-corrupt/db'], follows: [follows] });
  });

  it('a name that nobody can resolve stays a cause of its own', () => {
    const picture = seen(
      appliance(
        crashing('alga-core', 'Error: getaddrinfo ENOTFOUND api.example.com'),
        crashing('db', 'PANIC:  could not locate a valid checkpoint record'),
      ),
    );
    expect(picture.roots.toSorted()).toEqual(['database-corrupt/db', 'dns-resolution-failure/alga-core']);
  });
});

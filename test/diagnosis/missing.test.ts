import { describe, expect, test } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import { ago, appliance, type Change, NOW } from './appliance.ts';
import { changed, componentOf, partOf } from './faults.ts';

/** Removes a component's workload, and everything that runs for it, from the cluster. */
const deleted =
  (name: string): Change =>
  (items) => {
    const { object } = componentOf(name);
    for (const one of items.filter(
      ({ kind, metadata }) =>
        kind !== 'HelmRelease' &&
        kind !== 'Kustomization' &&
        (metadata.name === object || metadata.name.startsWith(`${object}-`)),
    ))
      if (['Deployment', 'StatefulSet', 'ReplicaSet', 'Pod'].includes(one.kind)) items.splice(items.indexOf(one), 1);
  };

const codes = (...changes: readonly Change[]): string[] =>
  diagnose(appliance(...changes), { now: new Date(NOW), previous: null }).status.topBlockers.map(
    ({ code, component, tier }) => `${code}/${component}/${tier}`,
  );

describe('a workload that does not exist under a Ready release', () => {
  test.each([
    ['redis', 'core'],
    ['email-service', 'background'],
  ])('%s is a blocker of its tier, with the command that brings it back', (name, tier) => {
    expect(codes(deleted(name))).toContain(`release-objects-missing/${name}/${tier}`);
    const { topBlockers: blockers } = diagnose(appliance(deleted(name)), { now: new Date(NOW), previous: null }).status;
    const [found] = blockers.filter(({ code }) => code === 'release-objects-missing');
    expect(found).toMatchObject({ retry: 'automatic' });
    expect(found?.nextAction).toContain('reconcile.fluxcd.io/requestedAt');
  });

  test.each<[string, readonly Change[]]>([
    ['a whole appliance, without collaboration', []],
    [
      'a release that Helm is at work on',
      [
        deleted('email-service'),
        changed('HelmRelease', 'email-service', (one) => {
          const condition = { type: 'Ready', status: 'Unknown', reason: 'Progressing', lastTransitionTime: ago(1) };
          partOf(one, 'status')['conditions'] = [condition];
        }),
      ],
    ],
    [
      'a release whose values were just changed',
      [deleted('email-service'), changed('HelmRelease', 'email-service', (one) => (one.metadata['generation'] = 2))],
    ],
    [
      'a release on its way out',
      [
        deleted('email-service'),
        changed('HelmRelease', 'email-service', (one) => (one.metadata.deletionTimestamp = ago(1))),
      ],
    ],
    [
      'a suspended release',
      [
        deleted('email-service'),
        changed('HelmRelease', 'email-service', (one) => (partOf(one, 'spec')['suspend'] = true)),
      ],
    ],
  ])('is not said of %s', (_, changes) => {
    expect(codes(...changes).filter((one) => one.startsWith('release-objects-missing'))).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import { appliance, NOW } from './appliance.ts';
import type { Change } from './appliance.ts';
import { event, find, fluxFailed } from './faults.ts';

/** Between two tries helm-controller says of a release only that it will try again; why stands in its events. */
const retried = (...warnings: readonly (readonly [reason: string, message: string])[]): readonly Change[] => [
  fluxFailed('HelmRelease', 'alga-core', 'RetryAfterInterval', 'Will retry after 2m0s'),
  (items) => {
    const release = find(items, 'HelmRelease', 'alga-core');
    for (const [reason, message] of warnings) items.push(event(release, reason, message, { first: 2, last: 2 }));
  },
];

const blockersOf = (...changes: readonly Change[]) =>
  diagnose(appliance(...changes), { now: new Date(NOW), previous: null }).status.topBlockers;

test.each([
  [
    'flux-apply-rejected',
    'DriftCorrectionFailed',
    'Failed to correct cluster state of release msp/alga-core.v2:\nSecret/msp/db-credentials patch failure: illegal base64 data at input byte 0',
  ],
  [
    'helm-render-failed',
    'UpgradeFailed',
    'Helm upgrade failed for release msp/alga-core with chart alga-core@1.0.0: execution error at (alga-core/templates/deployment.yaml:3:4): image.tag is required',
  ],
] as const)('a release that waits for its next try is explained by its last one: %s', (code, reason, message) => {
  const [first] = blockersOf(...retried(['DriftDetected', 'Cluster state of release has drifted'], [reason, message]));
  expect(first).toMatchObject({ code, component: 'alga-core' });
  expect(first?.evidence[0]?.message).toBe(message);
});

test('a release that waits for its next try, and whose events are gone, says at least that', () => {
  const [first] = blockersOf(...retried());
  expect(first).toMatchObject({ code: 'unknown-failure', component: 'alga-core' });
  expect(first?.evidence[0]?.message).toBe('Will retry after 2m0s');
});

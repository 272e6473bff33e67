import { expect, test } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import type { Change } from './appliance.ts';
import { appliance, NOW, podName } from './appliance.ts';
import { broken, componentOf, find, partOf } from './faults.ts';

const CREATING = { state: { waiting: { reason: 'PodInitializing' } } };
const SUB_PATH = 'Error: failed to create subPath directory for volumeMount "db-data" of container "postgres"';

/** The container before it has done its part. */
const prepared: Change = (items) => {
  const status = partOf(find(items, 'Pod', podName(componentOf('db'))), 'status');
  const state = { terminated: { exitCode: 0, reason: 'Completed' } };
  status['initContainerStatuses'] = [{ name: 'permissions', ready: true, restartCount: 0, state }];
};

test('what an event says of a container is a blocker before the state of that container says so', () => {
  const snapshot = appliance(broken('db', CREATING, [['Failed', SUB_PATH, { count: 1 }]]), prepared);
  const { status } = diagnose(snapshot, { now: new Date(NOW) });
  expect(status.topBlockers.map(({ code }) => code)).toEqual(['volume-subpath-failed']);
});

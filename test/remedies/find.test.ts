import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { diagnose } from '../../diagnosis/index.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { hindrance, remediesFor } from '../../remedies/index.ts';
import { casesIn } from '../diagnosis/appliances/case.ts';
import { ago, appliance } from '../diagnosis/appliance.ts';
import type { Change } from '../diagnosis/appliance.ts';
import { bootstrapFailed, changed, crashing, find, fluxFailed, nodeCondition, pulling } from '../diagnosis/faults.ts';
import { SILENT } from '../diagnosis/silent.ts';

/** Objects as an API server gives them: each with the version that it was read in. */
function asRead(snapshot: Snapshot): Snapshot {
  const kubernetes = snapshot.kubernetes;
  if (!kubernetes) return snapshot;
  const items = kubernetes.items.map((item) => ({ ...item, metadata: { ...item.metadata, resourceVersion: '7' } }));
  return { ...snapshot, kubernetes: { ...kubernetes, items } };
}

function look(snapshot: Snapshot) {
  const { view, graph } = diagnose(asRead(snapshot), { now: new Date(snapshot.takenAt) });
  const remedies = remediesFor({ view, causes: graph.causes });
  return { remedies, held: hindrance(view) };
}

const found = (...changes: readonly Change[]) =>
  look(appliance(...changes)).remedies.map(
    ({ kind, object, automatic }) => `${kind} ${object}${automatic ? '' : ' by a person'}`,
  );

const release = (name: string, status: Record<string, unknown>): Change =>
  changed('HelmRelease', name, (object) => {
    object['status'] = { observedGeneration: 1, ...status };
  });
const failing = (type: string, reason: string, message: string, status = 'False') => ({
  type,
  status,
  reason,
  message,
  observedGeneration: 1,
  lastTransitionTime: ago(6),
});
const locked = (lastDeployed: string, name = 'email-service'): Change =>
  release(name, {
    conditions: [failing('Ready', 'UpgradeFailed', 'another operation (install/upgrade/rollback) is in progress')],
    history: [{ status: 'pending-upgrade', lastDeployed }],
  });
const settingUp: Change = (items) => {
  const containerStatuses = [
    { name: 'bootstrap', ready: true, restartCount: 0, state: { running: { startedAt: ago(20) } } },
  ];
  find(items, 'Job', 'alga-core-sebastian-bootstrap-1')['status'] = { active: 1, startTime: ago(20) };
  find(items, 'Pod', 'alga-core-sebastian-bootstrap-1-x7k2p')['status'] = { phase: 'Running', containerStatuses };
};
const timedOut = (message = 'Helm install failed: context deadline exceeded'): Change =>
  release('email-service', {
    conditions: [
      failing('Stalled', 'RetriesExceeded', 'Failed to install after 3 attempts', 'True'),
      failing('Ready', 'InstallFailed', message),
    ],
    history: [{ status: 'failed', lastDeployed: ago(20) }],
  });
const cutPull = (name: string, words: string): Change =>
  pulling(name, 'ImagePullBackOff', 'Back-off pulling image', [
    ['Failed', `Failed to pull image: ${words}`, { count: 4 }],
    ['BackOff', 'Back-off pulling image', { count: 9 }],
  ]);
const sourceFailed = (message: string): Change =>
  fluxFailed('GitRepository', 'alga-appliance', 'GitOperationFailed', message);
const behind: Change = (items) => {
  for (const item of items)
    if (item.kind === 'Kustomization' && item.metadata.name === 'alga-background')
      Object.assign(item, { status: { ...(item['status'] as object), lastAppliedRevision: 'release/1.0@sha1:older' } });
};
const deleted =
  (kind: string, name: string): Change =>
  (items) => {
    for (const item of items.filter((one) => one.kind === kind && one.metadata.name.startsWith(name)))
      items.splice(items.indexOf(item), 1);
  };

test.each<[string, readonly string[], readonly Change[]]>([
  [
    'an operation of Helm that was cut off',
    ['helm-operation-stuck HelmRelease alga-system/email-service'],
    [locked(ago(30))],
  ],
  ['one that may still run', [], [locked(ago(4))]],
  [
    'one of the application, whose database is set up',
    ['helm-operation-stuck HelmRelease alga-system/alga-core'],
    [locked(ago(30), 'alga-core')],
  ],
  ['one of the application, while the setup of the database works', [], [locked(ago(30), 'alga-core'), settingUp]],
  [
    'a release that was given up and is well now',
    ['release-given-up HelmRelease alga-system/email-service'],
    [timedOut()],
  ],
  [
    'one whose program still fails',
    [],
    [timedOut(), crashing('email-service', 'Error: Cannot find module "/app/server.js"')],
  ],
  [
    'one that its chart is to blame for',
    [],
    [
      timedOut(
        'Helm install failed: template: email-service/templates/x.yaml:3:4: nil pointer evaluating interface {}.a',
      ),
    ],
  ],
  [
    'a setup that failed while the database was away',
    ['setup-job-failed Job msp/alga-core-sebastian-bootstrap-1'],
    [bootstrapFailed('Error: connect ECONNREFUSED 10.96.12.7:5432\n')],
  ],
  [
    'a setup that its own migration stopped',
    ['setup-job-failed Job msp/alga-core-sebastian-bootstrap-1 by a person'],
    [bootstrapFailed('migration file "20250101_x.cjs" failed\nerror: column "a" of relation "b" already exists\n')],
  ],
  [
    'a setup of which a pod still runs',
    [],
    [
      bootstrapFailed('Error: connect ECONNREFUSED 10.96.12.7:5432\n'),
      changed('Pod', 'alga-core-sebastian-bootstrap-1-x7k2p', (pod) => {
        pod['status'] = { phase: 'Running', conditions: [], containerStatuses: [] };
      }),
    ],
  ],
  [
    'a source that could not be reached',
    ['source-stale GitRepository flux-system/alga-appliance'],
    [sourceFailed('failed to checkout: dial tcp 140.82.121.3:443: i/o timeout')],
  ],
  [
    'a source that refuses its credentials',
    [],
    [sourceFailed('failed to checkout: authentication required: Repository not found.')],
  ],
  ['a tier that nobody asked to go on', ['source-stale Kustomization flux-system/alga-background'], [behind]],
  [
    'objects that somebody deleted',
    ['release-objects-missing HelmRelease alga-system/email-service'],
    [deleted('Deployment', 'email-service'), deleted('ReplicaSet', 'email-service'), deleted('Pod', 'email-service')],
  ],
  [
    'a pull that was cut',
    ['pull-interrupted Pod msp/email-service-7d9c5b8f6d-q4z8w'],
    [cutPull('email-service', 'failed to copy: httpReadSeeker: failed open: unexpected EOF')],
  ],
  [
    'a pull of an image that does not exist',
    [],
    [cutPull('email-service', 'rpc error: code = NotFound desc = manifest unknown')],
  ],
  ['a pull that a registry refuses', [], [cutPull('email-service', '401 Unauthorized: pull access denied')]],
  [
    'objects of the application, while the setup of the database works',
    [],
    [
      deleted('Deployment', 'alga-core'),
      deleted('ReplicaSet', 'alga-core'),
      deleted('Pod', 'alga-core-sebastian-7'),
      settingUp,
    ],
  ],
  ['a healthy appliance', [], []],
])('%s', (_what, expected, changes) => {
  expect(found(...changes)).toEqual(expected);
});

test('a Job counts its pods, so none of them is deleted for its pull', () => {
  const told = found(cutPull('bootstrap', 'failed to copy: httpReadSeeker: failed open: unexpected EOF'));
  expect(told.filter((one) => one.startsWith('pull-interrupted'))).toEqual([]);
});

test('a pod that has run is not deleted for the pull of its next start', () => {
  const ran = changed('Pod', 'email-service-7d9c5b8f6d-q4z8w', (pod) => {
    const status = pod['status'] as { containerStatuses: Record<string, unknown>[] };
    for (const one of status.containerStatuses) one['restartCount'] = 1;
  });
  expect(found(cutPull('email-service', 'failed to copy: unexpected EOF'), ran)).toEqual([]);
});

test.each<[string, Change]>([
  ['is cordoned', changed('Node', 'appliance', (node) => Object.assign(node, { spec: { unschedulable: true } }))],
  ['is suspended', changed('HelmRelease', 'temporal', (one) => Object.assign(one, { spec: { suspend: true } }))],
  ['is scaled to zero', changed('Deployment', 'temporal-ui', (one) => Object.assign(one, { spec: { replicas: 0 } }))],
  ['is not Ready', nodeCondition('Ready', 'False', 'KubeletNotReady', 'container runtime is down')],
])('nothing is repaired while something %s', (words, change) => {
  const { remedies, held } = look(appliance(locked(ago(30)), change));
  expect(held).toContain(words);
  expect(remedies.map(({ kind }) => kind)).toContain('helm-operation-stuck');
});

it.each(casesIn(join(import.meta.dirname, '../diagnosis/appliances')))(
  'does nothing to an appliance of a report: %s',
  (_name, { snapshot }) => {
    const { remedies, held } = look(snapshot);
    const done = held === null ? remedies.filter(({ automatic }) => automatic) : [];
    expect(done.map(({ object, kind }) => `${kind} ${object}`)).toEqual([]);
  },
);

it.each(Object.entries(SILENT))(
  'does nothing to an appliance that is healthy, slow or restarting: %s',
  (_name, snapshot) => {
    const { remedies } = look(snapshot());
    expect(remedies.map(({ object, kind }) => `${kind} ${object}`)).toEqual([]);
  },
);

test('names no object whose identity was not read', () => {
  const snapshot = appliance(locked(ago(30)));
  const { view, graph } = diagnose(snapshot, { now: new Date(snapshot.takenAt) });
  expect(remediesFor({ view, causes: graph.causes })).toEqual([]);
});

test('a reason has no secret and no line end', () => {
  const told = look(
    appliance(
      sourceFailed('failed to checkout https://ci:hunter2@git.example.com/x: dial tcp 10.0.0.1:443:\n i/o timeout'),
    ),
  );
  expect(told.remedies[0]?.why).toMatch(/^[^\n]*$/);
  expect(JSON.stringify(told)).not.toContain('hunter2');
});

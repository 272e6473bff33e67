import { expect, test } from 'vitest';
import { z } from 'zod';
import { diagnose } from '../support/diagnosed.ts';
import { ago, appliance, type Change, NOW, podName } from './appliance.ts';
import { changed, componentOf, event, fluxFailed, login, partOf } from './faults.ts';

/** The node's condition Ready, as it has been for so many minutes. */
const node = (status: string, message: string, minutes: number): Change =>
  changed('Node', 'appliance', (one) => {
    one.metadata.creationTimestamp = ago(60 * 24 * 30);
    const conditions = partOf(one, 'status')['conditions'];
    if (!Array.isArray(conditions)) throw new Error('the node has no conditions');
    partOf(one, 'status')['conditions'] = [
      ...conditions.filter(({ type }: { type: string }) => type !== 'Ready'),
      {
        type: 'Ready',
        status,
        reason: status === 'True' ? 'KubeletReady' : 'KubeletNotReady',
        message,
        lastTransitionTime: ago(minutes),
      },
    ];
  });

const ended = (name: string): Change =>
  changed('Pod', podName(componentOf(name)), (pod) => {
    pod['status'] = {
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
      startTime: ago(600),
    };
  });

const noPage = login(null, null, 'connect ECONNREFUSED 192.0.2.10:3000');
const noChart = fluxFailed(
  'HelmChart',
  'alga-system-temporal',
  'ChartPullError',
  'failed to fetch chart: Get "http://source-controller.flux-system.svc.cluster.local./helmchart/x.tgz": dial tcp 10.96.0.9:80: connect: connection refused',
);

const codes = (...changes: readonly Change[]): string[] =>
  diagnose(appliance(...changes), { now: new Date(NOW), previous: null }).status.topBlockers.map(({ code }) => code);

test.each<[string, readonly Change[], readonly string[]]>([
  ['five seconds into the shutdown', [node('False', 'node is shutting down', 0.1), noPage], []],
  ['while its programs end', [node('False', 'node is shutting down', 1), noPage, ended('email-service')], []],
  ['just after it is Ready again', [node('True', 'kubelet is posting ready status', 0.5), noPage, noChart], []],
])('a healthy appliance that restarts has no blocker: %s', (_, changes, expected) => {
  expect(codes(...changes)).toEqual(expected);
});

test.each<[string, readonly Change[], readonly string[]]>([
  ['a shutdown that does not end', [node('False', 'node is shutting down', 11), noPage], ['node-not-ready']],
  ['a page that is still not there after the grace', [node('True', '', 5), noPage], ['probe-failing']],
  ['a chart that is still not there after the grace', [node('True', '', 5), noChart], ['helm-chart-unavailable']],
  [
    'a node that stopped without a word',
    [node('Unknown', 'Kubelet stopped posting node status.', 1), noPage],
    ['node-not-ready'],
  ],
])('but this is reported: %s', (_, changes, expected) => {
  expect(codes(...changes)).toEqual(expect.arrayContaining([...expected]));
});

/** Every program of the node was started anew so many minutes ago, for the `count`-th time; what it said before is older than that. */
const restarted = (minutes: number, count: number, exitCode: number): Change =>
  function everyPod(items, rest) {
    for (const one of items) {
      const isWorkload = /^(?:Deployment|StatefulSet|ReplicaSet)$/.test(one.kind);
      if (isWorkload && one.metadata.namespace === 'msp')
        Object.assign(partOf(one, 'status'), { readyReplicas: 0, availableReplicas: 0 });
    }
    for (const pod of items.filter(({ kind }) => kind === 'Pod')) {
      const status = partOf(pod, 'status');
      if (status['phase'] === 'Succeeded') continue;
      const [{ name }] = z.tuple([z.looseObject({ name: z.string() })]).parse(status['containerStatuses']);
      const isApplication = pod.metadata.namespace === 'msp';
      status['containerStatuses'] = [
        {
          name,
          ready: !isApplication,
          restartCount: count,
          state: { running: { startedAt: ago(minutes) } },
          lastState: {
            terminated: { exitCode, reason: 'Unknown', startedAt: ago(600), finishedAt: ago(minutes + 0.5) },
          },
        },
      ];
      if (isApplication) status['conditions'] = [{ type: 'Ready', status: 'False', lastTransitionTime: ago(minutes) }];
      rest.logs.push({
        namespace: pod.metadata.namespace ?? '',
        pod: pod.metadata.name,
        container: name,
        previous: true,
        text: '2026-04-11T10:00:00Z error: password authentication failed for user "app_user"\n'.repeat(4),
      });
    }
  };

const kubeletStarted = (minutes: number): Change => {
  return (items) => {
    const one = items.find(({ kind }) => kind === 'Node');
    if (!one) throw new Error('the appliance of the test has no node');
    items.push(event(one, 'Starting', 'Starting kubelet.', { first: minutes, last: minutes, count: 1 }));
  };
};

test.each([1, 3, 7])(
  'the restart of a machine is no crash loop, whichever restart of its programs it is: %s',
  (count) => {
    for (const exitCode of [0, 137, 143, 255])
      expect(codes(node('True', '', 0.25), restarted(0.3, count, exitCode), noPage)).toEqual([]);
  },
);

test('a machine that is back before its node was found not Ready was restarted all the same', () => {
  const fast = [node('True', '', 60 * 24), kubeletStarted(0.5), restarted(0.3, 4, 255), noPage, noChart];
  expect(codes(...fast)).toEqual([]);
  expect(codes(node('True', '', 60 * 24), kubeletStarted(5), noPage, noChart)).toContain('helm-chart-unavailable');
});

test('what failed long before the restart is not its consequence', () => {
  const old = changed('HelmChart', 'alga-system-temporal', (one) => {
    const [condition] = z.array(z.looseObject({})).parse(partOf(one, 'status')['conditions']);
    partOf(one, 'status')['conditions'] = [{ ...condition, lastTransitionTime: ago(360) }];
  });
  expect(codes(node('True', '', 1), noChart, old)).toContain('helm-chart-unavailable');
});

test('a node that comes and goes while its programs run on has not restarted', () => {
  expect(codes(node('True', 'kubelet is posting ready status', 1.2), noChart)).toContain('helm-chart-unavailable');
});

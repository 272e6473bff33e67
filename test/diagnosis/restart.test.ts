import { expect, test } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import { ago, appliance, type Change, NOW, podName } from './appliance.ts';
import { changed, componentOf, fluxFailed, login, partOf } from './faults.ts';

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

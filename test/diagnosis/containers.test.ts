import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { ago, appliance, type Change, NOW, podName } from './appliance.ts';
import { broken, componentOf, crashing, event, find, partOf, pulling } from './faults.ts';

const podOf = (items: readonly KubernetesObject[], name: string) => find(items, 'Pod', podName(componentOf(name)));

/** Gives a change by which a component's pod waits for an init container in this state. */
function initially(component: string, name: string, status: Record<string, unknown>, spec = {}): Change {
  return (items, rest) => {
    broken(component, { state: { waiting: { reason: 'PodInitializing' } } })(items, rest);
    const pod = podOf(items, component);
    partOf(pod, 'spec')['initContainers'] = [{ name, image: 'busybox:1.36', ...spec }];
    partOf(pod, 'status')['initContainerStatuses'] = [{ name, ready: false, restartCount: 0, ...status }];
  };
}

const looping = {
  restartCount: 7,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
  lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(1) } },
};

/** Gives a change by which an event in the shape of events.k8s.io speaks of a component's pod. */
function newEvent(component: string, reason: string, note: string, more: Record<string, unknown>): Change {
  return (items) => {
    const { name, uid } = podOf(items, component).metadata;
    items.push({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${name}.1`, namespace: 'msp', creationTimestamp: ago(9) },
      regarding: { kind: 'Pod', namespace: 'msp', name, uid, fieldPath: `spec.containers{${component}}` },
      type: 'Warning',
      reason,
      note,
      ...more,
    });
  };
}

const roots = (...changes: readonly Change[]) =>
  diagnose(appliance(...changes), { now: new Date(NOW) }).blockers.map((one) => `${one.code}/${one.component}`);

describe('every kind of container', () => {
  it('an init container whose image is missing', () => {
    const message =
      'Back-off pulling image "busybox:9.99": ErrImagePull: rpc error: code = NotFound desc = failed to resolve reference "docker.io/library/busybox:9.99": docker.io/library/busybox:9.99: not found';
    const waiting = { state: { waiting: { reason: 'ImagePullBackOff', message } } };
    expect(roots(initially('alga-core', 'wait-for-bootstrap', waiting))).toEqual(['image-tag-missing/alga-core']);
  });

  it('an init container that keeps exiting, by its own log', () => {
    const told: Change = (items, rest) => {
      const text = "mkdir: can't create directory '/data/data': Read-only file system\r\n";
      const pod = podOf(items, 'db').metadata.name;
      rest.logs.push({ namespace: 'msp', pod, container: 'prepare-data', previous: true, text });
    };
    expect(roots(initially('db', 'prepare-data', looping), told)).toEqual(['permission-denied/db']);
  });

  it('a sidecar among the init containers that keeps exiting', () => {
    const sidecar = { restartPolicy: 'Always' };
    expect(roots(initially('temporal', 'proxy', looping, sidecar))).toEqual(['crash-loop/temporal']);
  });

  it('a sidecar that runs holds nothing back', () => {
    const runs = { ready: true, started: true, state: { running: { startedAt: ago(5) } } };
    expect(roots(initially('temporal', 'proxy', runs, { restartPolicy: 'Always' }))).toEqual([]);
  });

  it('a container that somebody added to look around is no part of the appliance', () => {
    const debugging: Change = (items) => {
      const pod = podOf(items, 'alga-core');
      partOf(pod, 'spec')['ephemeralContainers'] = [{ name: 'debugger', image: 'nope:1' }];
      const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nope:1"' };
      partOf(pod, 'status')['ephemeralContainerStatuses'] = [{ name: 'debugger', ready: false, state: { waiting } }];
      items.push(event(pod, 'Failed', 'Failed to pull image "nope:1": not found'));
    };
    expect(roots(debugging)).toEqual([]);
  });
});

describe('a pod that is being deleted', () => {
  const deleted =
    (minutes: number): Change =>
    (items, rest) => {
      broken('db', { state: { terminated: { exitCode: 0, finishedAt: ago(minutes) } } })(items, rest);
      podOf(items, 'db').metadata.deletionTimestamp = ago(minutes);
    };

  it('is on its way for some minutes', () => {
    expect(roots(deleted(3))).toEqual([]);
  });

  it('is told when it does not go', () => {
    expect(roots(deleted(30))).toEqual(['unknown-failure/db']);
  });

  it('harms nothing when another has taken its place', () => {
    expect(roots((items) => (podOf(items, 'db').metadata.deletionTimestamp = ago(30)))).toEqual([]);
  });
});

describe('every shape of event', () => {
  it('a series of events.k8s.io', () => {
    const waits = broken('redis', { state: { waiting: { reason: 'ContainerCreating' } } });
    const note = 'MountVolume.SetUp failed for volume "x" : secret "redis-credentials" not found';
    const series = { eventTime: ago(9), series: { count: 14, lastObservedTime: ago(0.5) }, deprecatedCount: 1 };
    expect(roots(waits, newEvent('redis', 'FailedMount', note, series))).toEqual(['config-missing/redis']);
  });

  it('the deprecated fields of events.k8s.io', () => {
    const waits = pulling('redis', 'ImagePullBackOff', 'Back-off pulling image "redis:7.4"', []);
    const note = 'Failed to pull image "redis:7.4": toomanyrequests: You have reached your pull rate limit';
    const counted = { deprecatedCount: 4, deprecatedFirstTimestamp: ago(10), deprecatedLastTimestamp: ago(1) };
    expect(roots(waits, newEvent('redis', 'Failed', note, counted))).toEqual(['image-rate-limited/redis']);
  });
});

describe('every shape of log', () => {
  const refused = 'error: password authentication failed for user "app_user"';
  it.each<[shape: string, log: string]>([
    ['with line ends of Windows', `starting\r\n${refused}\r\n    at Parser.parseErrorMessage\r\n`],
    ['in any script', `démarrage… ✓\nФатально: ❌ ${refused}\n再試行`],
    ['of five megabytes', `${'x'.repeat(5_000_000)}\n${refused}\n`],
    ['in one line of a megabyte', `${refused} ${'y'.repeat(1_000_000)}`],
    ['in colours', `\u001b[31m${refused}\u001b[0m`],
  ])('%s', (_shape, log) => {
    expect(roots(crashing('alga-core', log))).toEqual(['database-auth-failed/alga-core']);
  });

  it('words that go on for a megabyte are read in a moment', () => {
    const began = performance.now();
    expect(roots(crashing('alga-core', 'error refused connection failed '.repeat(30_000)))).toEqual([
      'crash-loop/alga-core',
    ]);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe('a DNS server of the cluster that does not run', () => {
  it('is named, and no name that nobody asked for', () => {
    const said = '[FATAL] plugin/loop: Loop (127.0.0.1:33179 -> :53) detected for zone "."';
    const [first] = diagnose(appliance(crashing('coredns', said)), { now: new Date(NOW) }).blockers;
    expect(first).toMatchObject({ code: 'dns-resolution-failure', component: 'coredns' });
    expect(first?.reason).toMatch(/^coredns, the DNS server of the cluster, does not run/);
    expect(first?.nextAction).not.toContain('the name in the evidence');
    expect(first?.evidence.map((one) => one.message).join('\n')).toContain('plugin/loop');
  });
});

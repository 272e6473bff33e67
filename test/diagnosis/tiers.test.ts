import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { StatusDocument } from '../../model/status.ts';
import { ago, appliance, type Change, NOW, podName } from './appliance.ts';
import {
  apiDown,
  broken,
  changed,
  componentOf,
  fluxFailed,
  login,
  nodeCondition,
  partOf,
  probing,
  upgrading,
} from './faults.ts';

const look = (snapshot: Snapshot, previous: StatusDocument | null = null, at = NOW): StatusDocument =>
  diagnose(snapshot, { now: new Date(at), previous }).status;

function scaled(name: string, replicas: number): Change {
  return changed('Deployment', name, (one) => {
    partOf(one, 'spec')['replicas'] = replicas;
    one['status'] = { observedGeneration: 1, replicas, readyReplicas: replicas, updatedReplicas: replicas };
  });
}

/** Removes the pods of a component and updates its workload's status. */
function starting(name: string): Change {
  return (items) => {
    const component = componentOf(name);
    const pods = items.filter(({ kind, metadata }) => kind === 'Pod' && metadata.name === podName(component));
    for (const pod of pods) items.splice(items.indexOf(pod), 1);
    for (const one of items.filter(
      ({ kind, metadata }) => kind === component.kind && metadata.name === component.object,
    ))
      one['status'] = { observedGeneration: 1, replicas: 1, readyReplicas: 0, updatedReplicas: 1 };
  };
}

describe('what is never fully healthy (lesson 14)', () => {
  const stuck: Change = changed('Deployment', componentOf('workflow-worker').object, (one) => {
    one['status'] = {
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 1,
      availableReplicas: 1,
      updatedReplicas: 1,
      conditions: [
        {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: 'it has timed out progressing',
          lastTransitionTime: ago(4),
        },
      ],
    };
  });
  const noUsers: Change = (_items, rest) => {
    for (const log of rest.logs) log.text = 'migrations are up to date\nseeds skipped, usersCount: 0\n';
  };

  it.each<[string, Change, StatusDocument['rollup']['state'], keyof StatusDocument['tiers']]>([
    [
      'a node that is not ready',
      nodeCondition('Ready', 'False', 'KubeletNotReady', 'container runtime is down'),
      'failed_action_required',
      'platform',
    ],
    [
      'a node that nobody hears of',
      nodeCondition('Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'),
      'failed_action_required',
      'platform',
    ],
    [
      'a full disk',
      nodeCondition('DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure'),
      'ready_with_background_issues',
      'platform',
    ],
    [
      'memory pressure',
      nodeCondition('MemoryPressure', 'True', 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory'),
      'ready_with_background_issues',
      'platform',
    ],
    ['zero users', noUsers, 'failed_action_required', 'bootstrap'],
    [
      'a failed platform Kustomization',
      fluxFailed('Kustomization', 'alga-platform', 'BuildFailed', 'kustomize build failed: accumulating resources'),
      'ready_with_background_issues',
      'platform',
    ],
    ['a stuck rollout of a worker', stuck, 'ready_with_background_issues', 'background'],
    [
      'a suspended Kustomization',
      changed('Kustomization', 'alga-platform', (one) => (partOf(one, 'spec')['suspend'] = true)),
      'ready_with_background_issues',
      'platform',
    ],
    [
      'a suspended source',
      changed('GitRepository', 'alga-appliance', (one) => (partOf(one, 'spec')['suspend'] = true)),
      'ready_with_background_issues',
      'platform',
    ],
    [
      'a failed release of a worker',
      fluxFailed(
        'HelmRelease',
        'workflow-worker',
        'UpgradeFailed',
        "Helm upgrade failed: values don't meet the specifications of the schema",
        'Released',
      ),
      'ready_with_background_issues',
      'background',
    ],
    [
      'a cordoned node',
      changed('Node', 'appliance', (one) => (one['spec'] = { unschedulable: true })),
      'ready_with_background_issues',
      'platform',
    ],
    [
      'a service scaled to zero',
      scaled(componentOf('email-service').object, 0),
      'ready_with_background_issues',
      'background',
    ],
    ['a page that answers 503', login(503), 'failed_action_required', 'login'],
    [
      'a page that does not answer',
      login(null, null, 'connect ECONNREFUSED 192.0.2.10:3000'),
      'failed_action_required',
      'login',
    ],
  ])('%s', (_name, change, rollup, tier) => {
    const status = look(appliance(change));
    expect([status.rollup.state, status.tiers[tier].status === 'ready', status.tiers.fullHealth.ready]).toEqual([
      rollup,
      false,
      false,
    ]);
  });

  it('a workload whose wanted generation is not taken up', () => {
    const change = changed('Deployment', componentOf('alga-core').object, (one) => (one.metadata.generation = 7));
    expect(look(appliance(change)).tiers.login.ready).toBe(false);
  });

  it('a Kustomization that was ready at an earlier generation', () => {
    const change = changed('Kustomization', 'alga-platform', (one) => (one.metadata.generation = 7));
    expect(look(appliance(change)).tiers.platform.ready).toBe(false);
  });

  it('a release that was ready at an earlier generation', () => {
    const change = changed('HelmRelease', 'email-service', (one) => (one.metadata.generation = 7));
    const { tiers, rollup } = look(appliance(change));
    expect([tiers.background.status, tiers.fullHealth.ready, rollup.state]).toEqual([
      'progressing',
      false,
      'ready_to_log_in',
    ]);
  });

  it('a part that is scaled to zero: it is told, for it does not mend itself', () => {
    const change = changed('Deployment', componentOf('alga-core').object, (one) => {
      one['spec'] = { replicas: 0 };
      one['status'] = { observedGeneration: 1, replicas: 0 };
    });
    const { rollup, topBlockers } = look(appliance(change));
    expect(rollup.state).toBe('failed_action_required');
    expect(topBlockers.map((one) => one.evidence[0]?.message)).toEqual([
      'Deployment alga-core-sebastian is scaled to zero and runs no pods',
    ]);
  });
});

describe('a new version beside the old one', () => {
  const image = 'ghcr.io/nine-minds/email-service:2';
  const missing = {
    state: {
      waiting: {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${image}": ErrImagePull: ${image}: not found`,
      },
    },
  };

  it('that has no image is told, although the old one serves', () => {
    const { status, blockers } = diagnose(appliance(upgrading('email-service', missing)), { now: new Date(NOW) });
    expect(blockers.map((one) => [one.code, one.component])).toEqual([['image-tag-missing', 'email-service']]);
    expect([status.rollup.state, status.tiers.background.ready]).toEqual(['ready_with_background_issues', false]);
  });

  it('that is being pulled is under way', () => {
    const creating = { state: { waiting: { reason: 'ContainerCreating' } } };
    const { status, blockers } = diagnose(appliance(upgrading('email-service', creating, 3)), { now: new Date(NOW) });
    expect(blockers).toEqual([]);
    expect([status.rollup.state, status.tiers.background.status]).toEqual(['ready_to_log_in', 'progressing']);
  });
});

describe('the way up', () => {
  it('waits for a page that is only just up', () => {
    const young = changed('Pod', podName(componentOf('alga-core')), (pod) => {
      partOf(pod, 'status')['conditions'] = [{ type: 'Ready', status: 'True', lastTransitionTime: ago(1) }];
    });
    const { status, blockers } = diagnose(appliance(young, login(503)), { now: new Date(NOW) });
    expect([status.rollup.state, blockers]).toEqual(['installing', []]);
  });

  it('is installing until people can log in, then says what is still coming', () => {
    const up = ['db', 'redis', 'pgbouncer'];
    const noPage = login(null, null, 'connect ECONNREFUSED 192.0.2.10:3000');
    const early = look(appliance(...up.map(starting), starting('alga-core'), noPage));
    expect([early.rollup.state, early.tiers.core.status, early.tiers.login.status]).toEqual([
      'installing',
      'progressing',
      'progressing',
    ]);
    const usable = look(appliance(starting('workflow-worker'), starting('email-service')));
    expect([usable.rollup.state, usable.tiers.login.status, usable.tiers.background.status]).toEqual([
      'ready_to_log_in',
      'ready',
      'progressing',
    ]);
    expect(look(appliance()).rollup.state).toBe('fully_healthy');
  });

  it.each<[number | null, string | null, boolean]>([
    [200, null, true],
    [302, 'http://192.0.2.10:3000/auth/signin?callbackUrl=%2F', true],
    [307, '/msp/dashboard', true],
    [303, '/client-portal/login', true],
    [302, 'https://example.com/parked', false],
    [301, '/maintenance', false],
    [404, null, false],
    [500, null, false],
    [null, null, false],
  ])('an answer of %s to %s lets people in: %s', (status, location, ready) => {
    expect(look(appliance(login(status, location))).tiers.login.ready).toBe(ready);
  });
});

describe('a cluster of several nodes', () => {
  const secondNode =
    (ready: string): Change =>
    (items) => {
      const node = structuredClone(items.find(({ kind }) => kind === 'Node'));
      const database = items.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === 'db-0');
      if (!node || !database) throw new Error('the appliance has no node, or no database');
      node.metadata.name = 'second';
      node['status'] = { conditions: [{ type: 'Ready', status: ready, reason: 'NodeStatusUnknown', message: 'gone' }] };
      items.push(node);
      database['spec'] = { ...(database['spec'] as object), nodeName: 'second' };
    };

  it('counts each of them: one that is not Ready is named, and what runs on it is not known', () => {
    const { tiers, components } = look(appliance(secondNode('Unknown')));
    expect([tiers.platform.status, tiers.platform.message]).toEqual(['failed', 'the node second is not ready']);
    const state = (name: string) => components.find((one) => one.name === name)?.status;
    expect([state('db'), state('redis')]).toEqual(['unknown', 'ready']);
    expect(look(appliance(secondNode('True'))).rollup.state).toBe('fully_healthy');
  });
});

describe('what is not known (lesson 18)', () => {
  const healthy = look(appliance());
  const later = NOW + 30 * 60_000;
  const down = {
    ...appliance(apiDown('connect ECONNREFUSED 192.0.2.10:6443')),
    takenAt: new Date(later).toISOString(),
  };

  it('an API that does not answer: unknown; what was last seen is shown, with its age', () => {
    const status = look({ ...down, loginProbe: null }, healthy, later);
    expect(status.rollup).toMatchObject({ state: 'unknown', lastSeen: { state: 'fully_healthy' } });
    expect([status.stale, status.tiers, status.components]).toEqual([true, healthy.tiers, healthy.components]);
    expect(status.sources.find((one) => one.source === 'kubernetes')).toMatchObject({ stale: true, ageSeconds: 1800 });
  });

  it('nothing was ever seen: unknown, without an age', () => {
    const status = look({ ...down, loginProbe: null }, null, later);
    expect([status.rollup.state, status.sources[0]?.observedAt, status.stale]).toEqual(['unknown', null, true]);
    expect(Object.values(status.tiers).map((one) => one.status)).toEqual(Array(6).fill('unknown'));
    expect(status.components.every((one) => one.status === 'unknown')).toBe(true);
  });

  it('events alone say nothing of what there is besides', () => {
    const snapshot = appliance(probing('redis', 'Readiness probe failed: HTTP probe failed with statuscode: 503'));
    const items = (snapshot.kubernetes?.items ?? []).filter((one) => one.kind === 'Event');
    const { tiers } = look({ ...snapshot, kubernetes: { items, error: null, missing: [] } });
    expect([tiers.platform.status, tiers.bootstrap.status]).toEqual(['unknown', 'unknown']);
  });

  it('a part that could not be listed is unknown, and not absent', () => {
    const whole = appliance();
    const items = whole.kubernetes?.items.filter((one) => one.kind !== 'StatefulSet' && one.kind !== 'Pod') ?? [];
    const missing = ['statefulsets', 'pods'].map((resource) => ({ resource, error: 'timed out' }));
    const status = look({ ...whole, kubernetes: { items, error: null, missing } });
    expect(status.components.find((one) => one.name === 'db')?.status).toBe('unknown');
    expect([status.tiers.core.status, status.tiers.fullHealth.ready]).toEqual(['unknown', false]);
    expect(status.sources[0]).toMatchObject({
      source: 'kubernetes',
      error: 'could not list statefulsets, pods',
      stale: true,
      partial: true,
    });
  });

  it('a page that was not asked for: whether people can log in is unknown', () => {
    const { loginProbe: _not, ...rest } = appliance();
    const status = look(rest);
    expect([status.rollup.state, status.tiers.login.status]).toEqual(['unknown', 'unknown']);
  });
});

describe('since when', () => {
  it('a state keeps its beginning as long as it lasts, and gets a new one when it changes', () => {
    const later = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
    const first = look(appliance());
    const again = look(appliance(), first, NOW + 600_000);
    expect(again.tiers).toEqual(first.tiers);
    const fallen = look({ ...appliance(login(503)), takenAt: later(900) }, again, NOW + 900_000);
    expect(fallen.tiers.login.since).toBe(later(900));
    expect(fallen.tiers.core.since).toBe(first.tiers.core.since);
  });

  it('a cause says when it was first and last seen', () => {
    const change = broken(
      'email-service',
      { state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } } },
      [['Failed', 'Failed to pull image "x": x: not found', { count: 9, first: 40, last: 2 }]],
    );
    const [blocker] = diagnose(appliance(change), { now: new Date(NOW) }).blockers;
    expect(blocker).toMatchObject({ code: 'image-tag-missing', since: new Date(NOW - 40 * 60_000).toISOString() });
  });
});

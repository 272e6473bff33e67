import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubernetesObject, Snapshot } from '../../model/snapshot.ts';
import type { StatusDocument } from '../../model/status.ts';
import { diagnose } from '../support/diagnosed.ts';
import { appliance, imageOf, NOW, podName } from './appliance.ts';
import { componentOf, event, find, partOf } from './faults.ts';

/** A failure is found again by its seed. */
const RUNS = { seed: 20_261_201, numRuns: 20 };
/** What the first look at the appliance is about is from long before. */
const LONG_BEFORE = -30 * 24 * 3600;

const iso = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString().replace('.000Z', 'Z');

/** What the login page answers. Without a database or a pool the application is there, and fails. */
const PROBES = {
  answers: { status: 307, location: '/msp/dashboard', error: null },
  refused: { status: null, location: null, error: 'connect ECONNREFUSED 192.0.2.10:3000' },
  fails: { status: 500, location: null, error: null },
} as const;
const DURING: Readonly<Record<string, keyof typeof PROBES>> = {
  'alga-core': 'refused',
  pgbouncer: 'fails',
  db: 'fails',
  redis: 'fails',
};

type Json = Record<string, unknown>;
/** The appliance at a second, as a change of the healthy one. */
type Course = (items: KubernetesObject[], second: number) => { readonly login: keyof typeof PROBES };

/** How long each part of a roll takes, in seconds, from the moment at which the old pod is deleted. */
interface Roll {
  readonly name: string;
  /** The old pod ends. */
  readonly endsAfter: number;
  /** The image is there and the program runs. */
  readonly runsAfter: number;
  /** Its probe passes. */
  readonly readyAfter: number;
  /** The release that does it; null for a pod that was deleted by hand. */
  readonly release: string | null;
  /** The new program dies instead, with these words, so many seconds after each start. */
  readonly dies?: { readonly words: string; readonly every: number };
  /** Its probe never passes. */
  readonly never?: true;
}

function at(second: number, course: Course): Snapshot {
  const snapshot = structuredClone(appliance());
  const items = snapshot.kubernetes?.items ?? [];
  for (const item of items) {
    item.metadata.creationTimestamp = iso(LONG_BEFORE);
    if (item.kind === 'Lease') partOf(item, 'spec')['renewTime'] = iso(second);
    if (item.kind === 'Pod') partOf(item, 'status')['startTime'] = iso(LONG_BEFORE);
  }
  const { login } = course(items, second);
  return {
    ...snapshot,
    takenAt: iso(second),
    loginProbe: PROBES[login],
    logs: logsOf.get(items) ?? snapshot.logs,
  };
}

const logsOf = new WeakMap<KubernetesObject[], Snapshot['logs']>();

/** One Deployment of one pod, of which the old pod ends before the new one starts (strategy Recreate). */
function rolled({ name, endsAfter, runsAfter, readyAfter, release, dies, never }: Roll): Course {
  const component = componentOf(name);
  return (items, second) => {
    const isReady = second >= readyAfter && !never && !dies;
    const old = find(items, 'Pod', podName(component));
    const deployment = find(items, component.kind, component.object);
    if (release !== null && !isReady) {
      const object = find(items, 'HelmRelease', release);
      const message = "Running 'upgrade' action with timeout of 5m0s";
      object.metadata.generation = 2;
      const progressing = { reason: 'Progressing', message, observedGeneration: 2, lastTransitionTime: iso(0) };
      object['status'] = {
        observedGeneration: 1,
        conditions: [
          { type: 'Reconciling', status: 'True', ...progressing },
          { type: 'Ready', status: 'Unknown', ...progressing },
        ],
        history: [{ status: 'pending-upgrade', lastDeployed: iso(0) }],
      };
    }
    if (isReady) return { login: 'answers' };
    Object.assign(partOf(deployment, 'status'), {
      replicas: 1,
      readyReplicas: 0,
      availableReplicas: 0,
      updatedReplicas: second < endsAfter ? 0 : 1,
      conditions: [
        { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', lastTransitionTime: iso(0) },
        { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', lastTransitionTime: iso(0) },
      ],
    });
    if (second < endsAfter) {
      old.metadata['deletionTimestamp'] = iso(30);
      return { login: DURING[name] ?? 'answers' };
    }
    const fresh = structuredClone(old);
    items.splice(items.indexOf(old), 1);
    fresh.metadata.name = component.kind === 'StatefulSet' ? old.metadata.name : `${component.object}-7d9c5b8f6d-n3w2x`;
    fresh.metadata.uid = 'uid-new';
    fresh.metadata.creationTimestamp = iso(endsAfter);
    fresh['status'] = newPod({ name, endsAfter, runsAfter, dies }, second);
    items.push(fresh, ...eventsOf(fresh, { name, runsAfter, dies }, second));
    if (dies && second >= runsAfter) {
      const times = Math.floor((second - runsAfter) / dies.every) + 1;
      logsOf.set(items, [
        {
          namespace: component.namespace,
          pod: fresh.metadata.name,
          container: name,
          previous: false,
          text: `${dies.words}\n`.repeat(times),
        },
      ]);
    }
    return { login: DURING[name] ?? 'answers' };
  };
}

function newPod(
  { name, endsAfter, runsAfter, dies }: Pick<Roll, 'name' | 'endsAfter' | 'runsAfter' | 'dies'>,
  second: number,
): Json {
  const restarts = dies && second >= runsAfter ? Math.floor((second - runsAfter) / dies.every) : 0;
  const isRunning = second >= runsAfter;
  const started = dies ? runsAfter + restarts * dies.every : runsAfter;
  const ended = {
    exitCode: 1,
    reason: 'Error',
    startedAt: iso(started - (dies?.every ?? 0)),
    finishedAt: iso(started - 1),
  };
  return {
    phase: isRunning ? 'Running' : 'Pending',
    startTime: iso(endsAfter),
    conditions: [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: iso(endsAfter) },
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: iso(endsAfter) },
    ],
    containerStatuses: [
      {
        name,
        ready: false,
        started: false,
        restartCount: restarts,
        image: imageOf(name),
        lastState: restarts > 0 ? { terminated: ended } : {},
        state: isRunning ? { running: { startedAt: iso(started) } } : { waiting: { reason: 'ContainerCreating' } },
      },
    ],
  };
}

/** What a kubelet says while the probe of a program that starts fails: every ten seconds, counted in one event. */
function eventsOf(
  pod: KubernetesObject,
  { name, runsAfter, dies }: Pick<Roll, 'name' | 'runsAfter' | 'dies'>,
  second: number,
): KubernetesObject[] {
  const failed = Math.floor((second - runsAfter) / 10);
  if (failed < 1 || dies) return [];
  const words = 'Startup probe failed: dial tcp 10.244.0.9:3000: connect: connection refused';
  const failure = event(pod, 'Unhealthy', words, { count: failed }, name);
  Object.assign(failure, { firstTimestamp: iso(runsAfter + 10), lastTimestamp: iso(runsAfter + failed * 10) });
  return [failure];
}

/** What is said at each of these seconds; each look knows the one before. */
function told(
  course: Course,
  seconds: readonly number[],
): { readonly second: number; readonly status: StatusDocument }[] {
  let previous: StatusDocument | null = null;
  return seconds.map((second) => {
    const { status } = diagnose(at(second, course), { now: new Date(NOW + second * 1000), previous });
    previous = status;
    return { second, status };
  });
}

const every = (until: number, step = 1): number[] =>
  Array.from({ length: Math.ceil(until / step) }, (_, index) => index * step);

const alarms = (said: ReturnType<typeof told>): string[] =>
  said.flatMap(({ second, status }) =>
    status.rollup.state === 'failed_action_required' || status.topBlockers.length > 0
      ? [
          `${second} s: ${status.rollup.state} ${status.topBlockers.map(({ code, component }) => `${code}/${component}`).join(', ')}`,
        ]
      : [],
  );

const roll = fc
  .record({
    name: fc.constantFrom('alga-core', 'email-service', 'temporal', 'workflow-worker', 'pgbouncer', 'db', 'redis'),
    endsAfter: fc.integer({ min: 1, max: 30 }),
    runs: fc.integer({ min: 1, max: 60 }),
    ready: fc.integer({ min: 1, max: 100 }),
    upgrades: fc.boolean(),
  })
  .map(({ name, endsAfter, runs, ready, upgrades }): Roll => ({
    name,
    endsAfter,
    runsAfter: endsAfter + runs,
    readyAfter: endsAfter + runs + ready,
    release: upgrades ? (componentOf(name).helmRelease ?? null) : null,
  }));

test('a healthy appliance reads calm in every second of a rolled pod and of an upgraded release', () => {
  fc.assert(
    fc.property(roll, (one) => {
      const said = told(rolled(one), every(one.readyAfter + 20));
      expect(alarms(said), JSON.stringify(one)).toEqual([]);
      expect(said.at(-1)?.status.rollup.state).toBe('fully_healthy');
    }),
    RUNS,
  );
});

test('a fault within that time is named within 30 seconds of its third telling sign', () => {
  const words = 'error: password authentication failed for user "app_user"';
  fc.assert(
    fc.property(roll, fc.integer({ min: 3, max: 20 }), (one, period) => {
      const sick: Roll = {
        ...one,
        name: 'alga-core',
        release: one.release && 'alga-core',
        dies: { words, every: period },
      };
      const third = sick.runsAfter + 2 * period;
      const said = told(rolled(sick), [...every(third, 5), third + 30]);
      expect(said.at(-1)?.status.rollup.state, JSON.stringify(sick)).toBe('failed_action_required');
      expect(said.at(-1)?.status.topBlockers[0]).toMatchObject({
        code: expect.stringMatching(/auth-failed$/),
        loginBlocking: true,
      });
    }),
    RUNS,
  );
});

test('a program that never becomes ready is named when its grace is over, and not before', () => {
  fc.assert(
    fc.property(roll, (one) => {
      const sick: Roll = { ...one, name: 'alga-core', release: one.release && 'alga-core', never: true };
      const grace = sick.runsAfter + 120;
      const said = told(rolled(sick), [...every(grace, 2), grace + 30]);
      expect(alarms(said.slice(0, -1)), JSON.stringify(sick)).toEqual([]);
      expect(said.at(-1)?.status.rollup.state).toBe('failed_action_required');
    }),
    RUNS,
  );
});

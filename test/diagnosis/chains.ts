import { ago, appliance, type Change, imageOf, podName } from './appliance.ts';
import {
  bootstrapFailed,
  broken,
  changed,
  componentOf,
  crashing,
  evicted,
  find,
  fluxFailed,
  nodeCondition,
  partOf,
  probing,
  pulling,
  unbound,
  unplaced,
} from './faults.ts';
import type { KubernetesObject, Snapshot } from '../../model/snapshot.ts';

const NO_NETWORK =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
const TIMED_OUT =
  'failed to pull and unpack image "x": failed to resolve reference "x": failed to do request: Head "https://registry.example/v2/": dial tcp 198.51.100.4:443: i/o timeout';

/** Gives a change that adds a pod of a program that is no component of the appliance. */
function stranger(
  namespace: string,
  name: string,
  owner: { kind: string; name: string } | null,
  container: Record<string, unknown>,
): Change {
  return (items) => {
    const pod: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        uid: `uid-${name}`,
        creationTimestamp: ago(30),
        ownerReferences: owner ? [{ ...owner, controller: true }] : [],
      },
      spec: { nodeName: 'appliance', containers: [{ name: 'main', image: 'registry.example/x:1' }] },
      status: {
        phase: 'Pending',
        startTime: ago(30),
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(30) }],
        containerStatuses: [{ name: 'main', ready: false, restartCount: 0, lastState: {}, ...container }],
      },
    };
    items.push(pod);
  };
}

const notPulled = { state: { waiting: { reason: 'ImagePullBackOff', message: TIMED_OUT } } };
const loops = {
  restartCount: 9,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
  lastState: { terminated: { exitCode: 2, reason: 'Error', finishedAt: ago(2) } },
};

/** Gives a change in which the database's setup runs at this moment. */
const settingUp: Change = (items, rest) => {
  const component = componentOf('bootstrap');
  const running = { name: 'bootstrap', ready: true, restartCount: 0, state: { running: { startedAt: ago(9) } } };
  find(items, 'Job', `${component.object}-1`)['status'] = { active: 1, startTime: ago(10), conditions: [] };
  Object.assign(partOf(find(items, 'Pod', podName(component)), 'status'), {
    phase: 'Running',
    containerStatuses: [running],
  });
  rest.logs = [];
};

/** Gives a change that adds a job of the CronJob `pg-backup`, which ended so many minutes ago. */
function backup(name: string, minutes: number, type: 'Failed' | 'Complete'): Change {
  return (items, rest) => {
    const conditions = [{ type, status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: ago(minutes - 1) }];
    items.push({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        namespace: 'msp',
        uid: `uid-${name}`,
        creationTimestamp: ago(minutes),
        ownerReferences: [{ kind: 'CronJob', name: 'pg-backup', controller: true }],
      },
      status: { conditions },
    });
    if (type === 'Complete') return;
    stranger(
      'msp',
      `${name}-abcde`,
      { kind: 'Job', name },
      {
        state: { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(minutes - 1) } },
      },
    )(items, rest);
    const text = 'pg_dump: error: connection to server at "db" (10.96.1.1), port 5432 failed: Connection refused';
    rest.logs.push({ namespace: 'msp', pod: `${name}-abcde`, container: 'main', previous: false, text });
  };
}

const cached =
  'error: server login has been failing, cached error: password authentication failed for user "app_user_pgbouncer" (server_login_retry)';

/** The status page finds no port while the application's image is still being pulled. */
export const statusPageDown = () =>
  appliance(
    unplaced(
      'appliance-status',
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
    ),
    broken('alga-core', { state: { waiting: { reason: 'ContainerCreating' } } }, [
      ['Pulling', `Pulling image "${imageOf('alga-core')}"`, { type: 'Normal', count: 1, first: 14, last: 14 }],
    ]),
  );

/** Chains of causes and consequences across parts: each with the only causes that a person should read of. */
export const CHAINS: readonly (readonly [name: string, make: () => Snapshot, roots: readonly string[]])[] = [
  [
    'the network’s own image cannot be pulled: no pod network, a node that is not ready, pods that wait for it',
    () =>
      appliance(
        stranger('kube-system', 'kube-flannel-7xk2m', { kind: 'DaemonSet', name: 'kube-flannel' }, notPulled),
        nodeCondition('Ready', 'False', 'KubeletNotReady', NO_NETWORK),
        unplaced(
          'alga-core',
          '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.',
        ),
      ),
    ['image-registry-unreachable/kube-flannel'],
  ],
  [
    'PgBouncer cannot log in to Postgres, and so none of its clients can',
    () =>
      appliance(
        crashing(
          'pgbouncer',
          'WARNING S-0x1: server/app_user_pgbouncer@10.96.1.1:5432 server login failed: FATAL password authentication failed for user "app_user_pgbouncer"',
        ),
        crashing('workflow-worker', cached),
        crashing('email-service', cached),
      ),
    ['pgbouncer-auth-failed/pgbouncer'],
  ],
  [
    'the setup is refused by Postgres, and with it the roles that it gives their passwords',
    () =>
      appliance(
        bootstrapFailed('error: password authentication failed for user "postgres"'),
        crashing('alga-core', 'error: password authentication failed for user "app_user"'),
      ),
    ['database-auth-failed/bootstrap'],
  ],
  [
    'Docker Hub limits pulls of names with and without an organisation',
    () =>
      appliance(
        ...['db', 'redis', 'temporal-ui'].map((name) =>
          pulling(
            name,
            'ImagePullBackOff',
            'toomanyrequests: You have reached your unauthenticated pull rate limit.',
            [],
          ),
        ),
      ),
    ['image-rate-limited/db'],
  ],
  [
    'a worker’s error names Temporal only in the lines below it',
    () =>
      appliance(
        crashing('temporal', 'sql schema version compatibility check failed: unable to read DB schema version'),
        crashing('workflow-worker', 'Error: Failed to connect before the deadline\n    at temporal-frontend:7233'),
      ),
    ['temporal-schema-missing/temporal'],
  ],
  [
    'the application’s probe says 503, its log why: Redis does not come up',
    () =>
      appliance(
        crashing(
          'redis',
          "*** FATAL CONFIG FILE ERROR (Redis 7.4.0) ***\n>>> 'maxmemory-polcy allkeys-lru'\nBad directive",
        ),
        probing('alga-core', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
        (_items, rest) => {
          const text = '[ioredis] Unhandled error event: Error: connect ECONNREFUSED 10.96.3.3:6379\n'.repeat(9);
          const pod = podName(componentOf('alga-core'));
          rest.logs.push({ namespace: 'msp', pod, container: 'alga-core', previous: false, text });
        },
      ),
    ['crash-loop/redis'],
  ],
  [
    'a program that panics by itself stands beside a Temporal without schema',
    () =>
      appliance(
        crashing('temporal', 'sql schema version compatibility check failed: unable to read DB schema version'),
        crashing('email-service', "TypeError: Cannot read properties of undefined (reading 'imap')"),
      ),
    ['crash-loop/email-service', 'temporal-schema-missing/temporal'],
  ],
  [
    'a chart’s source cannot be resolved, and the chart has no artifact',
    () =>
      appliance(
        fluxFailed(
          'HelmRepository',
          'charts',
          'Failed',
          'failed to fetch Helm repository index: Get "https://charts.example/index.yaml": dial tcp: lookup charts.example on 10.96.0.10:53: no such host',
        ),
        fluxFailed(
          'HelmChart',
          'alga-system-email-service',
          'NoSourceArtifact',
          "no artifact available for HelmRepository source 'charts'",
        ),
        changed('HelmChart', 'alga-system-email-service', (chart) => {
          chart['spec'] = { chart: 'email-service', sourceRef: { kind: 'HelmRepository', name: 'charts' } };
        }),
      ),
    ['dns-resolution-failure/charts'],
  ],
  [
    'PgBouncer does not find the name of a database that has no volume',
    () =>
      appliance(
        broken('db', { state: { waiting: { reason: 'ContainerCreating' } } }, [
          [
            'FailedMount',
            'MountVolume.NewMounter initialization failed for volume "pvc-db" : path "/x" does not exist',
          ],
        ]),
        crashing('pgbouncer', 'WARNING DNS lookup failed: db: result=0'),
      ),
    ['volume-mount-failed/db'],
  ],
  [
    'a claim has lost its volume, and its pod cannot mount it',
    () =>
      appliance(
        unbound('alga-core-sebastian-redis-data', 'ClaimLost', 'Bound claim has lost its PersistentVolume.', 'Lost'),
        broken('redis', { state: { waiting: { reason: 'ContainerCreating' } } }, [
          [
            'FailedMount',
            'Unable to attach or mount volumes: unmounted volumes=[redis-data]: error processing PVC: PVC is not bound',
          ],
        ]),
        changed('Pod', 'redis-0', (pod) => {
          partOf(pod, 'spec')['volumes'] = [
            { name: 'redis-data', persistentVolumeClaim: { claimName: 'alga-core-sebastian-redis-data' } },
          ];
        }),
      ),
    ['pvc-unbound/redis'],
  ],
  [
    'the provisioner’s helper cannot be pulled, and the volume is not made',
    () =>
      appliance(
        stranger('local-path-storage', 'helper-pod-create-pvc-1', null, notPulled),
        unbound(
          'alga-core-sebastian-postgres-data',
          'ProvisioningFailed',
          'failed to provision volume with StorageClass "local-path": failed to create volume pvc-1: create process timeout after 120 seconds',
        ),
      ),
    ['image-registry-unreachable/local-path-provisioner'],
  ],
  [
    'Flux’s source controller crashes, and charts cannot be had from its Service',
    () =>
      appliance(
        crashing('source-controller', 'panic: runtime error: invalid memory address or nil pointer dereference'),
        fluxFailed(
          'HelmRelease',
          'email-service',
          'ArtifactFailed',
          'Could not load chart: GET http://source-controller.flux-system.svc.cluster.local./helmchart/x.tgz giving up after 10 attempt(s): dial tcp 10.96.4.4:80: connect: connection refused',
        ),
      ),
    ['crash-loop/source-controller'],
  ],
  [
    'Flux’s Helm controller cannot be pulled, and a Kustomization waits for its releases',
    () =>
      appliance(
        pulling('helm-controller', 'ImagePullBackOff', TIMED_OUT, []),
        fluxFailed(
          'Kustomization',
          'alga-core',
          'HealthCheckFailed',
          "health check failed after 10m0s: timeout waiting for: [HelmRelease/alga-system/alga-core status: 'InProgress']",
        ),
      ),
    ['image-registry-unreachable/helm-controller'],
  ],
  [
    'a webhook’s own program crashes, and a release is refused by it',
    () =>
      appliance(
        stranger('kyverno', 'kyverno-admission-controller-6c9f7d4b8c-aaaaa', null, loops),
        fluxFailed(
          'HelmRelease',
          'temporal',
          'UpgradeFailed',
          'Helm upgrade failed: Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": dial tcp 10.96.2.2:443: connect: connection refused',
          'Released',
        ),
      ),
    ['crash-loop/kyverno-admission-controller-6c9f7d4b8c-aaaaa'],
  ],
  [
    'the node lacks memory and evicts',
    () =>
      appliance(
        nodeCondition(
          'MemoryPressure',
          'True',
          'KubeletHasInsufficientMemory',
          'kubelet has insufficient memory available',
        ),
        evicted('temporal-worker', 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.'),
      ),
    ['insufficient-resources/node'],
  ],
  [
    'the disk of the node is full, and Postgres cannot write',
    () =>
      appliance(
        nodeCondition('DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure'),
        crashing('db', 'PANIC:  could not write to file "pg_wal/xlogtemp.29": No space left on device'),
      ),
    ['disk-pressure/node'],
  ],
  [
    'a pod that ran cannot mount its volume after a reboot',
    () =>
      appliance(
        broken(
          'redis',
          {
            state: { waiting: { reason: 'ContainerCreating' } },
            lastState: { terminated: { exitCode: 0, reason: 'Completed', finishedAt: ago(30) } },
          },
          [
            [
              'FailedMount',
              'MountVolume.SetUp failed for volume "pvc-1" : hostPath type check failed: /x is not a directory',
            ],
          ],
        ),
      ),
    ['volume-mount-failed/redis'],
  ],
  [
    'the newest backup fails, as the one before it',
    () => appliance(backup('pg-backup-1', 90, 'Failed'), backup('pg-backup-2', 30, 'Failed')),
    ['database-unreachable/pg-backup'],
  ],
  [
    'an old backup failed, and a newer one was made',
    () => appliance(backup('pg-backup-1', 90, 'Failed'), backup('pg-backup-2', 30, 'Complete')),
    [],
  ],
  [
    'workers miss tables that are being made at this moment',
    () =>
      appliance(
        settingUp,
        crashing('workflow-worker', 'error: relation "workflow_definitions" does not exist'),
        crashing('email-service', 'error: database "server" does not exist'),
      ),
    [],
  ],
  ['the status page’s port is taken, and holds nobody up', statusPageDown, ['port-conflict/appliance-status']],
];

import { ago, appliance, type Change, imageOf } from './appliance.ts';
import {
  bootstrapFailed,
  broken,
  changed,
  crashing,
  event,
  fluxFailed,
  nodeCondition,
  probing,
  pulling,
} from './faults.ts';
import type { KubernetesObject, Snapshot } from '../../model/snapshot.ts';

/** Pictures that look like faults and are none: ordinary life, history, things on their way. */
export const SILENT: Readonly<Record<string, () => Snapshot>> = {
  'a healthy appliance': () => appliance(),
  'a claim of the storage test that could not be made once, gone since, with no other claim there yet': () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'smoke', namespace: 'local-path-storage' },
    };
    return appliance((items) => {
      const others = items.filter(({ kind }) => kind !== 'PersistentVolumeClaim');
      const words = 'failed to provision volume with StorageClass "local-path": failed to create volume pvc-1';
      items.splice(0, items.length, ...others, event(claim, 'ProvisioningFailed', words));
    });
  },
  'a disk that was full twelve minutes ago, and whose pressure the kubelet has seen go since': () =>
    appliance(
      nodeCondition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      changed('Node', 'appliance', (node, items) =>
        items.push(event(node, 'EvictionThresholdMet', 'Attempting to reclaim ephemeral-storage', { last: 12 })),
      ),
    ),
  'the application image being pulled for 16 minutes': () => appliance(corePulling),
  'a Helm time-out and a rollout deadline while the image is still being pulled': () =>
    appliance(
      corePulling,
      fluxFailed(
        'HelmRelease',
        'alga-core',
        'InstallFailed',
        'Helm install failed for release msp/alga-core with chart alga-core@0.1.0: context deadline exceeded',
        'Released',
      ),
      fluxFailed(
        'Kustomization',
        'alga-core',
        'HealthCheckFailed',
        "health check failed after 9m30s: timeout waiting for: [HelmRelease/alga-system/alga-core status: 'InProgress']",
      ),
      changed('Deployment', 'alga-core-sebastian', (deployment) => {
        deployment['status'] = {
          observedGeneration: 1,
          replicas: 1,
          updatedReplicas: 1,
          conditions: [
            {
              type: 'Progressing',
              status: 'False',
              reason: 'ProgressDeadlineExceeded',
              message: 'ReplicaSet "alga-core-sebastian-7d9c5b8f6d" has timed out progressing.',
              lastTransitionTime: ago(6),
            },
          ],
        };
      }),
    ),
  'a container being created': () =>
    appliance(broken('temporal', { state: { waiting: { reason: 'ContainerCreating' } } })),
  'three failed probes in the first twenty seconds': () =>
    appliance(
      probing(
        'alga-core',
        'Readiness probe failed: Get "http://10.244.0.31:3000/api/health": dial tcp 10.244.0.31:3000: connect: connection refused',
        { count: 3, first: 0.4, last: 0.1 },
      ),
    ),
  'a pull that failed and later succeeded': () =>
    appliance((items) =>
      items.push(
        event(
          podOf(items, 'email-service'),
          'Failed',
          `Failed to pull image "${imageOf('email-service')}": context canceled`,
          { first: 40, last: 38 },
          'email-service',
        ),
      ),
    ),
  'a pull that was interrupted and is under way again': () =>
    appliance(
      pulling(
        'email-service',
        'ErrImagePull',
        `failed to pull and unpack image "${imageOf('email-service')}": context canceled`,
        [
          [
            'Failed',
            `Failed to pull image "${imageOf('email-service')}": context canceled`,
            { count: 1, first: 4, last: 4 },
          ],
          ['Pulling', `Pulling image "${imageOf('email-service')}"`, { count: 2, first: 9, last: 3, type: 'Normal' }],
        ],
      ),
    ),
  'an old failed job and a newer one that succeeded': () =>
    appliance((items, rest) => {
      const job = structuredClone(items.find((one) => one.kind === 'Job'));
      if (!job) return;
      job.metadata.name = 'alga-core-sebastian-bootstrap-0';
      job.metadata.uid = 'uid-old-job';
      job.metadata.creationTimestamp = ago(300);
      job['status'] = {
        failed: 4,
        conditions: [
          {
            type: 'Failed',
            status: 'True',
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
            lastTransitionTime: ago(250),
          },
        ],
      };
      items.push(job);
      rest.logs.push({
        namespace: 'msp',
        pod: 'alga-core-sebastian-bootstrap-0-aaaaa',
        container: 'bootstrap',
        previous: false,
        text: 'error: password authentication failed for user "postgres"',
      });
    }),
  'events of a pod that is gone': () =>
    appliance((items) => {
      const gone: KubernetesObject = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'email-service-5f4d8c7b9-zzzzz', namespace: 'msp', uid: 'uid-gone' },
      };
      items.push(
        event(gone, 'Failed', 'Failed to pull image "ghcr.io/nine-minds/email-service:old": not found', { count: 30 }),
        event(gone, 'BackOff', 'Back-off pulling image "ghcr.io/nine-minds/email-service:old"', { count: 90 }),
      );
    }),
  'events of the pod that had this name before': () =>
    appliance(broken('db', { state: { waiting: { reason: 'ContainerCreating' } } }), (items) => {
      const before: KubernetesObject = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'db-0', namespace: 'msp', uid: 'uid-before' },
      };
      items.push(
        event(before, 'FailedMount', 'MountVolume.SetUp failed for volume "pvc-1" : path "/x" does not exist', {
          count: 50,
        }),
      );
    }),
  'a pod that could not be placed at first and runs now': () =>
    appliance((items) =>
      items.push(
        event(
          podOf(items, 'redis'),
          'FailedScheduling',
          '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.',
          { count: 4, first: 50, last: 48 },
        ),
      ),
    ),
  'a volume that could not be mounted before the container started': () =>
    appliance(
      probing('email-service', 'Readiness probe failed: HTTP probe failed with statuscode: 503', {
        count: 2,
        first: 0.3,
        last: 0.1,
      }),
      (items) =>
        items.push(
          event(
            podOf(items, 'email-service'),
            'FailedMount',
            'MountVolume.SetUp failed for volume "cfg" : secret "email" not found',
            { count: 9, first: 20, last: 5 },
          ),
        ),
    ),
  'a Secret that is not there in the first seconds': () =>
    appliance(
      broken('email-service', { state: { waiting: { reason: 'ContainerCreating' } } }, [
        [
          'FailedMount',
          'MountVolume.SetUp failed for volume "cfg" : secret "email" not found',
          { count: 2, first: 0.2, last: 0.1 },
        ],
      ]),
      (items) => {
        podOf(items, 'email-service').metadata.creationTimestamp = ago(0.25);
      },
    ),
  'a claim that waits for its first consumer': () =>
    appliance(
      changed('PersistentVolumeClaim', 'alga-core-sebastian-storage', (claim, items) => {
        claim['status'] = { phase: 'Pending' };
        items.push(
          event(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding', {
            count: 30,
            first: 40,
            last: 0.5,
            type: 'Normal',
          }),
        );
      }),
    ),
  'a Helm installation under way': () =>
    appliance(
      changed('HelmRelease', 'temporal', (release) => {
        release['status'] = {
          observedGeneration: 1,
          conditions: [
            {
              type: 'Reconciling',
              status: 'True',
              reason: 'Progressing',
              message: "Running 'install' action with timeout of 5m0s",
              observedGeneration: 1,
            },
            {
              type: 'Ready',
              status: 'Unknown',
              reason: 'Progressing',
              message: "Running 'install' action with timeout of 5m0s",
              observedGeneration: 1,
              lastTransitionTime: ago(2),
            },
          ],
        };
      }),
    ),
  'a Kustomization and a release that wait for others': () =>
    appliance(
      fluxFailed(
        'Kustomization',
        'alga-background',
        'DependencyNotReady',
        "dependency 'flux-system/alga-core' is not ready",
      ),
      fluxFailed(
        'HelmRelease',
        'email-service',
        'DependencyNotReady',
        "dependency 'alga-system/alga-core' is not ready",
      ),
    ),
  'a failure of the generation before': () =>
    appliance(
      fluxFailed(
        'Kustomization',
        'alga-core',
        'ReconciliationFailed',
        'Deployment/msp/x dry-run failed: field is immutable',
      ),
      changed('Kustomization', 'alga-core', (object) => {
        object.metadata.generation = 2;
      }),
    ),
  'workers that exit while the database is still coming up': () =>
    appliance(
      broken('db', { state: { waiting: { reason: 'ContainerCreating' } } }),
      crashing('workflow-worker', 'Error: connect ECONNREFUSED 10.96.14.3:6432', { restarts: 2 }),
    ),
  'a second try of the database setup': () =>
    appliance(bootstrapFailed('Error: connect ECONNREFUSED 10.96.14.3:5432'), (items) => {
      const job = items.find((one) => one.kind === 'Job');
      const first = podOf(items, 'bootstrap');
      if (job) job['status'] = { active: 1, failed: 1, startTime: ago(3) };
      const second = structuredClone(first);
      second.metadata.name = 'alga-core-sebastian-bootstrap-1-b2c3d';
      second.metadata.uid = 'uid-second';
      second.metadata.creationTimestamp = ago(1);
      second['status'] = {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(0.9) }],
        containerStatuses: [
          { name: 'bootstrap', ready: true, restartCount: 0, state: { running: { startedAt: ago(0.9) } } },
        ],
      };
      items.push(second);
    }),
  'a pod that was evicted and replaced': () =>
    appliance((items) => {
      const dead = structuredClone(podOf(items, 'workflow-worker'));
      dead.metadata.name = 'workflow-worker-7d9c5b8f6d-dead1';
      dead.metadata.uid = 'uid-dead';
      dead.metadata.creationTimestamp = ago(300);
      dead['status'] = {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: ephemeral-storage. ',
        startTime: ago(300),
      };
      items.push(dead);
    }),
  'a failing pod of the version before': () =>
    appliance((items) => {
      const old = structuredClone(podOf(items, 'email-service'));
      old.metadata.name = 'email-service-6c5b4a3f2e-old11';
      old.metadata.uid = 'uid-old';
      old.metadata['ownerReferences'] = [{ kind: 'ReplicaSet', name: 'email-service-6c5b4a3f2e', controller: true }];
      old['status'] = {
        phase: 'Pending',
        containerStatuses: [
          {
            name: 'email-service',
            ready: false,
            restartCount: 0,
            state: {
              waiting: {
                reason: 'ImagePullBackOff',
                message: 'Back-off pulling image "ghcr.io/nine-minds/email-service:old": ErrImagePull: not found',
              },
            },
          },
        ],
      };
      items.push(old);
    }),
  'the words of a kubelet that starts': () =>
    appliance((items) => {
      const node = items.find((one) => one.kind === 'Node');
      if (!node) return;
      items.push(
        event(node, 'InvalidDiskCapacity', 'invalid capacity 0 on image filesystem', { count: 1, last: 59 }),
        event(node, 'Rebooted', 'Node appliance has been rebooted, boot id: 1', { count: 1, last: 59 }),
        event(node, 'NodeNotReady', 'Node appliance status is now: NodeNotReady', {
          count: 1,
          last: 58,
          type: 'Normal',
        }),
      );
    }),
  'a node in its first minute': () =>
    appliance(
      nodeCondition(
        'Ready',
        'False',
        'KubeletNotReady',
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
      ),
      changed('Node', 'appliance', (node) => {
        const status = node['status'];
        if (
          typeof status !== 'object' ||
          status === null ||
          !('conditions' in status) ||
          !Array.isArray(status.conditions)
        )
          return;
        for (const condition of status.conditions) condition.lastTransitionTime = ago(0.4);
      }),
    ),
  'error lines in the log of a pod that is Ready': () =>
    appliance((_items, rest) =>
      rest.logs.push({
        namespace: 'msp',
        pod: 'email-service-7d9c5b8f6d-q4z8w',
        container: 'email-service',
        previous: false,
        text: 'error: password authentication failed for user "x"\nError: connect ECONNREFUSED 10.96.14.3:6432\nconnected\n',
      }),
    ),
  'one restart after a reboot of the machine': () =>
    appliance((items) => {
      const pod = podOf(items, 'redis');
      pod['status'] = {
        ...asObject(pod['status']),
        containerStatuses: [
          {
            name: 'redis',
            ready: true,
            started: true,
            restartCount: 1,
            state: { running: { startedAt: ago(5) } },
            lastState: { terminated: { exitCode: 255, reason: 'Unknown', finishedAt: ago(6) } },
          },
        ],
      };
    }),
  'a pod that is being deleted': () =>
    appliance(crashing('temporal-ui', 'panic: runtime error'), (items) => {
      podOf(items, 'temporal-ui').metadata.deletionTimestamp = ago(0.2);
    }),
  'the noise of a busy cluster': () =>
    appliance((items) => {
      for (const [reason, message] of [
        ['DNSConfigForming', 'Nameserver limits were exceeded, some nameservers have been omitted'],
        ['FailedToUpdateEndpoint', 'Failed to update endpoint msp/db: Operation cannot be fulfilled'],
        ['BackOff', 'Back-off restarting failed container'],
        ['Unhealthy', 'Liveness probe failed: timeout'],
      ] as const) {
        items.push(event(podOf(items, 'temporal'), reason, message, { count: 40, first: 55, last: 45 }));
      }
    }),
};

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function podOf(items: readonly KubernetesObject[], component: string): KubernetesObject {
  const found = items.find((one) => {
    const spec = asObject(one['spec'])['containers'];
    return one.kind === 'Pod' && Array.isArray(spec) && spec[0]?.name === component;
  });
  if (!found) throw new Error(`the appliance of the test has no pod of ${component}`);
  return found;
}

/** The field's longest wait: 1.8 GB over a slow line, with nothing wrong. */
export const corePulling: Change = (items, rest) => {
  broken('alga-core', { state: { waiting: { reason: 'ContainerCreating' } } }, [
    ['Pulling', `Pulling image "${imageOf('alga-core')}"`, { count: 1, first: 16, last: 16, type: 'Normal' }],
  ])(items, rest);
  rest.loginProbe = { status: null, location: null, error: 'connect ECONNREFUSED 192.0.2.10:3000' };
};

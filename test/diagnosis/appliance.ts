import { COMPONENTS, type Component, NAMESPACES } from '../../model/appliance.ts';
import type { KubernetesObject, PodLog, Snapshot, TalosAnswer } from '../../model/snapshot.ts';

/** The moment at which every test's snapshot is taken; node and operator agree on it unless a test says otherwise. */
export const NOW = Date.parse('2026-05-01T12:00:00Z');

/** The timestamp that many minutes before NOW. */
export function ago(minutes: number): string {
  return new Date(NOW - minutes * 60_000).toISOString().replace('.000Z', 'Z');
}

type Json = Record<string, unknown>;

/** What a test says of one container; the rest is as on a healthy appliance. */
export interface ContainerSays {
  readonly state?: Json;
  readonly lastState?: Json;
  readonly restartCount?: number;
  readonly image?: string;
}

export const IMAGES: Readonly<Record<string, string>> = {
  'local-path-provisioner': 'rancher/local-path-provisioner:v0.0.31',
  coredns: 'registry.k8s.io/coredns/coredns:v1.12.0',
  db: 'ankane/pgvector:v0.5.1',
  redis: 'redis:7.4',
  pgbouncer: 'edoburu/pgbouncer:v1.23.1-p2',
  bootstrap: 'ghcr.io/nine-minds/alga-psa-ee:94446747',
  'alga-core': 'ghcr.io/nine-minds/alga-psa-ee:94446747',
  'email-service': 'ghcr.io/nine-minds/email-service:5f0b1c9e',
  temporal: 'temporalio/auto-setup:1.27.2',
  'temporal-ui': 'temporalio/ui:2.30.0',
  'workflow-worker': 'ghcr.io/nine-minds/workflow-worker:61e4a00e',
  'temporal-worker': 'ghcr.io/nine-minds/temporal-worker:61e4a00e',
};

export function imageOf(component: string): string {
  return IMAGES[component] ?? `ghcr.io/fluxcd/${component}:v1.7.3`;
}

export function podName(component: Component): string {
  if (component.kind === 'StatefulSet') return `${component.object}-0`;
  if (component.kind === 'Job') return `${component.object}-1-x7k2p`;
  return `${component.object}-7d9c5b8f6d-q4z8w`;
}

const owned = (component: Component): Json[] => {
  if (component.kind === 'StatefulSet') return [{ kind: 'StatefulSet', name: component.object, controller: true }];
  if (component.kind === 'Job') return [{ kind: 'Job', name: `${component.object}-1`, controller: true }];
  return [{ kind: 'ReplicaSet', name: `${component.object}-7d9c5b8f6d`, controller: true }];
};

const meta = (name: string, namespace: string, more: Json = {}): KubernetesObject['metadata'] => ({
  name,
  namespace,
  uid: `uid-${namespace}-${name}`,
  generation: 1,
  creationTimestamp: ago(60),
  ...more,
});

function workloadObjects(component: Component): KubernetesObject[] {
  const { kind, namespace, object } = component;
  const image = imageOf(component.name);
  const template = { spec: { containers: [{ name: component.name, image }] } };
  const labels = component.helmRelease
    ? { 'helm.toolkit.fluxcd.io/name': component.helmRelease, 'helm.toolkit.fluxcd.io/namespace': NAMESPACES.releases }
    : {};
  if (kind === 'Job') {
    const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: ago(40) }];
    return [
      {
        apiVersion: 'batch/v1',
        kind,
        metadata: meta(`${object}-1`, namespace, { labels }),
        spec: { template },
        status: { succeeded: 1, startTime: ago(45), completionTime: ago(40), conditions },
      },
    ];
  }
  const status = {
    observedGeneration: 1,
    replicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    updatedReplicas: 1,
    conditions: [{ type: 'Available', status: 'True', lastTransitionTime: ago(30) }],
  };
  const own: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind,
    metadata: meta(object, namespace, { labels }),
    spec: { replicas: 1, template },
    status,
  };
  if (kind !== 'Deployment') return [own];
  const set = meta(`${object}-7d9c5b8f6d`, namespace, {
    ownerReferences: [{ kind: 'Deployment', name: object, controller: true }],
    annotations: { 'deployment.kubernetes.io/revision': '1' },
  });
  return [own, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: set, spec: { replicas: 1 }, status }];
}

function podObject(component: Component): KubernetesObject {
  const done = component.kind === 'Job';
  const name = podName(component);
  const state = done
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: ago(45), finishedAt: ago(40) } }
    : { running: { startedAt: ago(35) } };
  const ready = done ? 'False' : 'True';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, component.namespace, { ownerReferences: owned(component), creationTimestamp: ago(50) }),
    spec: {
      nodeName: 'appliance',
      enableServiceLinks: false,
      containers: [
        {
          name: component.name,
          image: imageOf(component.name),
          ...(component.name === 'temporal' && { command: ['/etc/temporal/entrypoint.sh', 'autosetup'] }),
        },
      ],
      volumes: [],
    },
    status: {
      phase: done ? 'Succeeded' : 'Running',
      startTime: ago(50),
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: ago(50) },
        { type: 'Ready', status: ready, lastTransitionTime: ago(30) },
      ],
      containerStatuses: [
        {
          name: component.name,
          ready: !done,
          started: !done,
          restartCount: 0,
          image: imageOf(component.name),
          state,
          lastState: {},
        },
      ],
    },
  };
}

const ready = (reason: string, message = ''): Json => ({
  observedGeneration: 1,
  conditions: [{ type: 'Ready', status: 'True', reason, message, observedGeneration: 1, lastTransitionTime: ago(25) }],
});

function fluxObjects(): KubernetesObject[] {
  const flux = NAMESPACES.flux;
  const revision = 'release/1.0@sha1:2f1c0d9e8b7a6f5e4d3c2b1a09f8e7d6c5b4a392';
  const kustomization = (name: string, more: Json): KubernetesObject => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: meta(
      name,
      flux,
      name === 'alga-appliance' ? {} : { labels: { 'kustomize.toolkit.fluxcd.io/name': 'alga-appliance' } },
    ),
    spec: { sourceRef: { kind: 'GitRepository', name: 'alga-appliance' }, ...more },
    status: ready('ReconciliationSucceeded', `Applied revision: ${revision}`),
  });
  const release = (name: string): KubernetesObject => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: meta(name, NAMESPACES.releases, {
      labels: {
        'kustomize.toolkit.fluxcd.io/name':
          name === 'alga-core' || name === 'pgbouncer' ? 'alga-core' : 'alga-background',
      },
    }),
    spec: { releaseName: name, targetNamespace: NAMESPACES.workloads },
    status: {
      ...ready('InstallSucceeded', `Helm install succeeded for release msp/${name}.v1`),
      history: [{ status: 'deployed', lastDeployed: ago(30) }],
    },
  });
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: meta('alga-appliance', flux),
      spec: { url: 'https://github.com/Nine-Minds/alga-psa', ref: { branch: 'release/1.0' } },
      status: {
        ...ready('Succeeded', `stored artifact for revision '${revision}'`),
        artifact: { revision, lastUpdateTime: ago(50) },
      },
    },
    kustomization('alga-appliance', {}),
    kustomization('alga-platform', {}),
    kustomization('alga-core', { dependsOn: [{ name: 'alga-platform' }] }),
    kustomization('alga-background', { dependsOn: [{ name: 'alga-core' }] }),
    ...['alga-core', 'pgbouncer', 'temporal', 'workflow-worker', 'email-service', 'temporal-worker'].map(release),
  ];
}

function platformObjects(): KubernetesObject[] {
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    message: '',
    lastTransitionTime: ago(58),
    lastHeartbeatTime: ago(0.2),
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'appliance', uid: 'uid-node', generation: 1, creationTimestamp: ago(60) },
      spec: {},
      status: {
        conditions: [
          condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
          condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
          condition('Ready', 'True', 'KubeletReady'),
        ],
        images: [],
      },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'local-path', uid: 'uid-sc' },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    ...['postgres-data', 'redis-data', 'storage', 'tenant-secrets']
      .map((suffix) => `alga-core-sebastian-${suffix}`)
      .map((name): KubernetesObject => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: meta(name, NAMESPACES.workloads),
        spec: { storageClassName: 'local-path', volumeName: `pvc-${name}` },
        status: { phase: 'Bound' },
      })),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('appliance-release-selection', NAMESPACES.releases),
      data: { releaseVersion: '1.0', selectedChannel: 'stable', appVersion: '1.0.0', releaseBranch: 'release/1.0' },
    },
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: meta('appliance', 'kube-node-lease'),
      spec: { renewTime: ago(0.1) },
    },
  ];
}

/** A fault as a test writes it: what one part of the appliance looks like instead of being well. */
export type Change = (items: KubernetesObject[], snapshot: Mutable) => void;

interface Mutable {
  logs: PodLog[];
  talos: TalosAnswer[];
  loginProbe: Snapshot['loginProbe'];
  kubernetesError: string | null;
}

/** An appliance that is healthy except for these faults. */
export function appliance(...changes: readonly Change[]): Snapshot {
  const parts = COMPONENTS.filter((component) => !component.optional);
  const items = [
    ...platformObjects(),
    ...fluxObjects(),
    ...parts.flatMap((component) => [...workloadObjects(component), podObject(component)]),
  ];
  const rest: Mutable = {
    logs: [
      {
        namespace: 'msp',
        pod: 'alga-core-sebastian-bootstrap-1-x7k2p',
        container: 'bootstrap',
        previous: false,
        text: 'migrations are up to date\nusersCount: 3, skipping seeds\n',
      },
    ],
    talos: [],
    loginProbe: { status: 307, location: '/msp/dashboard', error: null },
    kubernetesError: null,
  };
  for (const change of changes) change(items, rest);
  return {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Snapshot',
    takenAt: new Date(NOW).toISOString(),
    site: { siteId: 'appliance-single-node', nodeIp: '192.0.2.10', appUrl: 'http://192.0.2.10:3000' },
    kubernetes: { items: rest.kubernetesError ? [] : items, error: rest.kubernetesError, missing: [] },
    logs: rest.logs,
    ...(rest.talos.length > 0 ? { talos: rest.talos } : {}),
    loginProbe: rest.loginProbe,
  };
}

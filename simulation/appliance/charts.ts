import { OBJECTS, PORTS, STORAGE } from '../../model/appliance.ts';
import { deploymentOf, statefulSetOf } from '../cluster/manifests.ts';
import type { ApiObject, Container } from '../cluster/objects.ts';
import { hexOf } from '../world/stage.ts';
import { PROGRAM_LABEL } from './programs.ts';
import { readValues, referenceOf } from './values.ts';
import type { ChartValues } from './values.ts';

const POSTGRES = 'docker.io/pgvector/pgvector:0.8.6-pg15-bookworm';
const NODE = 'node:20-alpine';
const BUSYBOX = 'busybox:1.36';
/** A slow pull is no failed rollout: the charts set four hours. */
const DEADLINE = { progressDeadlineSeconds: 14_400 };

/** The objects of the simulated chart of a release. */
export function render(release: string, namespace: string, text: string): ApiObject[] {
  const chart = CHARTS[release];
  return chart ? chart(namespace, readValues(text)) : [];
}

const CHARTS: Record<string, (namespace: string, values: ChartValues) => ApiObject[]> = {
  [OBJECTS.statusService]: (namespace) => [
    deploymentOf({
      name: OBJECTS.statusService,
      namespace,
      image: NODE,
      strategy: 'Recreate',
      pod: { hostNetwork: true },
      container: { ports: [{ containerPort: PORTS.statusPage, hostPort: PORTS.statusPage }] },
    }),
    service(OBJECTS.statusService, namespace, PORTS.statusPage),
  ],
  'alga-core': algaCore,
  pgbouncer: (namespace) => [
    deploymentOf({ name: 'pgbouncer', namespace, image: 'edoburu/pgbouncer:v1.23.1-p2' }),
    service('pgbouncer', namespace, 6432),
  ],
  temporal: (namespace) => [
    deploymentOf({
      name: 'temporal',
      namespace,
      image: 'temporalio/auto-setup:1.27.2',
      ...DEADLINE,
      initContainers: [{ name: 'wait-for-database', image: BUSYBOX }],
      container: { command: ['/etc/temporal/entrypoint.sh', 'autosetup'] },
      pod: { enableServiceLinks: false },
    }),
    deploymentOf({
      name: 'temporal-ui',
      namespace,
      image: 'temporalio/ui:2.30.0',
      pod: { enableServiceLinks: false },
    }),
    service('temporal-frontend', namespace, 7233),
    service('temporal-ui', namespace, 8080),
  ],
  'workflow-worker': worker('workflow-worker'),
  'email-service': worker('email-service'),
  'temporal-worker': worker('temporal-worker'),
};

function worker(name: string): (namespace: string, values: ChartValues) => ApiObject[] {
  return (namespace, values) => [
    deploymentOf({
      name,
      namespace,
      image: referenceOf(values.images?.worker, `ghcr.io/nine-minds/${name}:simulated`),
      ...DEADLINE,
      initContainers: [{ name: 'wait-for-pgbouncer', image: BUSYBOX }],
    }),
    service(name, namespace, PORTS.statusPage),
  ];
}

function algaCore(namespace: string, values: ChartValues): ApiObject[] {
  const server = referenceOf(values.images?.server, 'ghcr.io/nine-minds/alga-psa-ee:simulated');
  const mode = values.bootstrap?.mode ?? 'fresh';
  return [
    ...['db-credentials', 'redis-credentials', 'alga-core-sebastian-secrets'].map((name) =>
      keptSecret(name, namespace),
    ),
    ...['postgres-data', 'redis-data', 'storage', 'tenant-secrets'].map((name) =>
      claim(`alga-core-sebastian-${name}`, namespace),
    ),
    statefulSetOf({
      name: 'db',
      namespace,
      image: POSTGRES,
      initContainers: [{ name: 'make-data-folder', image: BUSYBOX }],
      container: {
        name: 'postgres',
        volumeMounts: [{ name: 'db-data', mountPath: '/var/lib/postgresql/data', subPath: 'data' }],
      },
      pod: volume('db-data', OBJECTS.postgresClaim),
    }),
    service('db', namespace, 5432),
    statefulSetOf({
      name: 'redis',
      namespace,
      image: 'redis:7.4-alpine',
      pod: volume('redis-data', 'alga-core-sebastian-redis-data'),
    }),
    service('redis', namespace, 6379),
    bootstrapJob(namespace, server, mode, values.bootstrap?.installId ?? ''),
    deploymentOf({
      name: OBJECTS.application,
      namespace,
      image: server,
      labels: { [PROGRAM_LABEL]: 'alga-core' },
      strategy: 'Recreate',
      ...DEADLINE,
      initContainers: [{ name: 'wait-for-bootstrap', image: server }],
      container: {
        name: 'server',
        ports: [{ containerPort: PORTS.application, hostPort: PORTS.application }],
        startupProbe: { tcpSocket: { port: PORTS.application }, periodSeconds: 10, failureThreshold: 90 },
      },
      pod: {
        hostNetwork: true,
        volumes: [
          ...volume('storage', 'alga-core-sebastian-storage').volumes,
          ...volume('tenant-secrets', 'alga-core-sebastian-tenant-secrets').volumes,
        ],
      },
    }),
    service(OBJECTS.application, namespace, PORTS.application),
    ...(values.hocuspocus?.enabled ? hocuspocus(namespace, values) : []),
  ];
}

function hocuspocus(namespace: string, values: ChartValues): ApiObject[] {
  const name = 'hocuspocus';
  // As the chart: which image it is, only whoever enables it can say.
  const image = values.images?.hocuspocus;
  if (!image) throw new Error('hocuspocus is enabled and its image has no tag');
  return [
    deploymentOf({
      name,
      namespace,
      image: referenceOf(image, ''),
      strategy: 'Recreate',
      ...DEADLINE,
      initContainers: [{ name: 'wait-for-db', image: BUSYBOX }],
      container: { ports: [{ containerPort: PORTS.collaboration, hostPort: PORTS.collaboration }] },
    }),
    service(name, namespace, PORTS.collaboration),
  ];
}

function bootstrapJob(namespace: string, image: string, mode: string, installId: string): ApiObject {
  const labels = { [PROGRAM_LABEL]: 'bootstrap' };
  const container: Container = { name: 'bootstrap', image, env: [{ name: 'BOOTSTRAP_MODE', value: mode }] };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // Without the mode: a Job that has done its work stays when only that changes (charts/alga-core/about.md).
      name: `${OBJECTS.bootstrapJobPrefix}-${hexOf(`${image} ${installId}`, 8)}`,
      namespace,
      labels,
    },
    spec: {
      backoffLimit: 2,
      template: { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } },
    },
  };
}

function volume(name: string, claimName: string) {
  return { volumes: [{ name, persistentVolumeClaim: { claimName } }] };
}

function claim(name: string, namespace: string): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, annotations: { 'helm.sh/resource-policy': 'keep' } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: STORAGE.className,
      resources: { requests: { storage: '10Gi' } },
    },
  };
}

/** The chart generates its secrets in the cluster. The simulation keeps their names and no value. */
function keptSecret(name: string, namespace: string): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name, namespace, annotations: { 'helm.sh/resource-policy': 'keep' } },
    data: {},
  };
}

function service(name: string, namespace: string, port: number): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { [PROGRAM_LABEL]: name }, ports: [{ port }] },
  };
}

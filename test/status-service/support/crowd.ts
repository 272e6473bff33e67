import type { KubernetesObject } from '../../../model/snapshot.ts';

const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z/, 'Z');

/** A pod as a real API server gives it: about 8 kB, most of it of no interest here. */
function pod(index: number): KubernetesObject[] {
  const name = `worker-${index}-7d9c5b8f6d-q4z8w`;
  const image = `registry.example.com/team/worker-${index % 40}:v1.${index % 7}.3`;
  const set = `worker-${index}-7d9c5b8f6d`;
  const metadata = (own: string, more: object): KubernetesObject['metadata'] => ({
    name: own,
    namespace: `team-${index % 10}`,
    uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}-${own.length}`,
    creationTimestamp: at(600 - (index % 60)),
    generation: 1,
    labels: {
      'app.kubernetes.io/name': `worker-${index}`,
      'app.kubernetes.io/instance': `worker-${index}`,
      'pod-template-hash': '7d9c5b8f6d',
      'app.kubernetes.io/part-of': 'crowd',
    },
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(1500),
      'checksum/config': 'f'.repeat(64),
    },
    managedFields: [
      {
        manager: 'kubelet',
        operation: 'Update',
        fieldsV1: Object.fromEntries(
          Array.from({ length: 40 }, (_, field) => [`f:field-${field}`, { [`f:part-${field}`]: {} }]),
        ),
      },
    ],
    ...more,
  });
  const env = Array.from({ length: 20 }, (_, entry) => ({
    name: `SETTING_NUMBER_${entry}`,
    value: `value-${entry}-of-${name}`,
  }));
  const container = {
    name: 'worker',
    image,
    env,
    volumeMounts: [
      { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
    resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '50m', memory: '64Mi' } },
    readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 10, failureThreshold: 3 },
    livenessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 30, failureThreshold: 5 },
    terminationMessagePath: '/dev/termination-log',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
  const spec = {
    nodeName: 'appliance',
    containers: [container],
    serviceAccountName: 'default',
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }],
    volumes: [
      {
        name: 'kube-api-access',
        projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] },
      },
    ],
  };
  const ready = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
    (type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: at(500) }),
  );
  const status = {
    phase: 'Running',
    conditions: ready,
    hostIP: '192.0.2.10',
    podIP: `10.244.${index % 250}.${index % 200}`,
    startTime: at(510),
    qosClass: 'Burstable',
    containerStatuses: [
      {
        name: 'worker',
        ready: true,
        started: true,
        restartCount: index % 3,
        image,
        imageID: `${image}@sha256:${'a'.repeat(64)}`,
        containerID: `containerd://${'b'.repeat(64)}`,
        state: { running: { startedAt: at(500) } },
        lastState: {},
      },
    ],
  };
  const owner = (kind: string, named: string) => [
    { apiVersion: 'apps/v1', kind, name: named, uid: `uid-${named}`, controller: true, blockOwnerDeletion: true },
  ];
  const matchLabels = { app: `worker-${index}` };
  const template = { metadata: { labels: matchLabels }, spec: { containers: [container], volumes: spec.volumes } };
  const counts = { observedGeneration: 1, replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 };
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata(name, { ownerReferences: owner('ReplicaSet', set) }),
      spec,
      status,
    },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: metadata(set, { ownerReferences: owner('Deployment', `worker-${index}`) }),
      spec: { replicas: 1, selector: { matchLabels }, template },
      status: counts,
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(`worker-${index}`, {}),
      spec: { replicas: 1, selector: { matchLabels }, template },
      status: { ...counts, conditions: [{ type: 'Available', status: 'True', lastTransitionTime: at(500) }] },
    },
    ...['Scheduled', 'Pulled', 'Created', 'Started'].map((reason, part): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { ...metadata(`${name}.17f${part}`, {}), labels: undefined, annotations: undefined },
      involvedObject: {
        kind: 'Pod',
        name,
        namespace: `team-${index % 10}`,
        uid: `uid-${index}`,
        fieldPath: 'spec.containers{worker}',
      },
      type: 'Normal',
      reason,
      message: `Container image "${image}" already present on machine and can be accessed by the pod`,
      firstTimestamp: at(510),
      lastTimestamp: at(500),
      count: 1,
      source: { component: 'kubelet', host: 'appliance' },
    })),
  ];
}

/** That many pods, with their workloads and events. */
export function crowd(pods: number): KubernetesObject[] {
  return Array.from({ length: pods }, (_, index) => pod(index)).flat();
}

import { z } from 'zod';

/**
 * The parts of API objects that the diagnosis reads. A field that is missing or of another shape is as good as not there:
 * one odd object must not make the appliance unreadable.
 */
const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const textMap = z.record(z.string(), z.string()).optional().catch(undefined);
/** Entries that cannot be read are left out of a list; the others stay. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item.nullable().catch(null))
    .transform((entries) => entries.filter((entry) => entry !== null))
    .optional()
    .catch(undefined);
const part = <T extends z.ZodType>(shape: T) => shape.optional().catch(undefined);

const owner = z.object({ kind: z.string(), name: z.string(), uid: text, controller: flag });

const metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: text,
  generation: number,
  creationTimestamp: text,
  deletionTimestamp: text,
  labels: textMap,
  annotations: textMap,
  ownerReferences: list(owner),
});
export type Metadata = z.infer<typeof metadata>;

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: text,
  message: text,
  lastTransitionTime: text,
  observedGeneration: number,
});
export type Condition = z.infer<typeof condition>;
const conditions = list(condition);

const terminated = z.object({
  exitCode: number,
  signal: number,
  reason: text,
  message: text,
  startedAt: text,
  finishedAt: text,
});
export type Terminated = z.infer<typeof terminated>;

const containerState = z.object({
  waiting: part(z.object({ reason: text, message: text })),
  running: part(z.object({ startedAt: text })),
  terminated: part(terminated),
});

const containerStatus = z.object({
  name: z.string(),
  ready: flag,
  started: flag,
  restartCount: number,
  image: text,
  imageID: text,
  state: part(containerState),
  lastState: part(containerState),
});
export type ContainerStatus = z.infer<typeof containerStatus>;

const probe = z.object({ initialDelaySeconds: number, periodSeconds: number, failureThreshold: number });
export type Probe = z.infer<typeof probe>;

const container = z.object({
  name: z.string(),
  image: text,
  restartPolicy: text,
  command: list(z.string()),
  args: list(z.string()),
  startupProbe: part(probe),
  readinessProbe: part(probe),
  livenessProbe: part(probe),
});
export type Container = z.infer<typeof container>;

const podVolume = z.object({ name: z.string(), persistentVolumeClaim: part(z.object({ claimName: z.string() })) });

const podSpec = z.object({
  nodeName: text,
  enableServiceLinks: flag,
  containers: list(container),
  initContainers: list(container),
  volumes: list(podVolume),
});

export const pod = z.object({
  kind: z.literal('Pod'),
  metadata,
  spec: part(podSpec),
  status: part(
    z.object({
      phase: text,
      reason: text,
      message: text,
      startTime: text,
      conditions,
      initContainerStatuses: list(containerStatus),
      containerStatuses: list(containerStatus),
    }),
  ),
});
export type Pod = z.infer<typeof pod>;

const template = part(z.object({ spec: part(podSpec) }));

export const workload = z.object({
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']),
  metadata,
  spec: part(z.object({ replicas: number, paused: flag, template })),
  status: part(
    z.object({
      observedGeneration: number,
      replicas: number,
      readyReplicas: number,
      availableReplicas: number,
      updatedReplicas: number,
      currentRevision: text,
      updateRevision: text,
      desiredNumberScheduled: number,
      numberReady: number,
      numberAvailable: number,
      updatedNumberScheduled: number,
      conditions,
    }),
  ),
});
export type Workload = z.infer<typeof workload>;

export const job = z.object({
  kind: z.literal('Job'),
  metadata,
  spec: part(z.object({ backoffLimit: number, suspend: flag, template })),
  status: part(
    z.object({ active: number, succeeded: number, failed: number, startTime: text, completionTime: text, conditions }),
  ),
});
export type Job = z.infer<typeof job>;

export const claim = z.object({
  kind: z.literal('PersistentVolumeClaim'),
  metadata,
  spec: part(z.object({ storageClassName: text, volumeName: text })),
  status: part(z.object({ phase: text, conditions })),
});
export type Claim = z.infer<typeof claim>;

export const node = z.object({
  kind: z.literal('Node'),
  metadata,
  spec: part(
    z.object({ unschedulable: flag, taints: list(z.object({ key: z.string(), effect: text, timeAdded: text })) }),
  ),
  status: part(
    z.object({
      conditions: list(condition.extend({ lastHeartbeatTime: text })),
      images: list(z.object({ names: list(z.string()), sizeBytes: number })),
    }),
  ),
});
export type Node = z.infer<typeof node>;

export const storageClass = z.object({
  kind: z.literal('StorageClass'),
  metadata,
  provisioner: text,
  volumeBindingMode: text,
});
export type StorageClass = z.infer<typeof storageClass>;

const reference = z.object({ kind: text, name: z.string(), namespace: text });

/** Sources, Kustomizations, HelmReleases and HelmCharts of Flux: what they have in common and what each adds. */
export const fluxObject = z.object({
  kind: z.enum([
    'GitRepository',
    'OCIRepository',
    'HelmRepository',
    'HelmChart',
    'Bucket',
    'Kustomization',
    'HelmRelease',
  ]),
  metadata,
  spec: part(
    z.object({
      suspend: flag,
      timeout: text,
      url: text,
      ref: part(z.object({ branch: text, tag: text, commit: text, semver: text, name: text })),
      sourceRef: part(reference),
      dependsOn: list(reference),
      releaseName: text,
      targetNamespace: text,
      chart: part(z.object({ spec: part(z.object({ sourceRef: part(reference) })) }).or(z.string())),
    }),
  ),
  status: part(
    z.object({
      observedGeneration: number,
      conditions,
      lastAttemptedRevision: text,
      lastHandledReconcileAt: text,
      lastAppliedRevision: text,
      artifact: part(z.object({ revision: text, lastUpdateTime: text })),
      history: list(z.object({ status: text, chartVersion: text, lastDeployed: text, firstDeployed: text })),
    }),
  ),
});
export type FluxObject = z.infer<typeof fluxObject>;

const eventTarget = z.object({ kind: text, name: text, namespace: text, uid: text, fieldPath: text });

/** Both shapes of an event: core/v1 and events.k8s.io/v1. */
export const rawEvent = z.object({
  kind: z.literal('Event'),
  metadata,
  involvedObject: part(eventTarget),
  regarding: part(eventTarget),
  type: text,
  reason: text,
  message: text,
  note: text,
  count: number,
  deprecatedCount: number,
  firstTimestamp: text,
  lastTimestamp: text,
  deprecatedFirstTimestamp: text,
  deprecatedLastTimestamp: text,
  eventTime: text.nullable(),
  series: part(z.object({ count: number, lastObservedTime: text })).nullable(),
});
export type RawEvent = z.infer<typeof rawEvent>;

export const lease = z.object({ kind: z.literal('Lease'), metadata, spec: part(z.object({ renewTime: text })) });

export const configMap = z.object({ kind: z.literal('ConfigMap'), metadata, data: textMap });
export type ConfigMap = z.infer<typeof configMap>;

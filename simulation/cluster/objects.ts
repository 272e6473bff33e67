import type { KubernetesObject } from '../../model/snapshot.ts';

/** The parts of API objects that the simulated controllers read and write; everything else passes through untouched. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
  readonly observedGeneration?: number;
}

export interface ApiObject extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & { readonly ownerReferences?: readonly OwnerReference[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly [field: string]: unknown;
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly persistentVolumeClaim?: { readonly claimName: string };
    readonly [field: string]: unknown;
  }[];
  readonly [field: string]: unknown;
}

export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: PodSpec;
}

export interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason: string;
    readonly message?: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly containerID: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}

export interface Pod extends ApiObject {
  readonly spec: PodSpec;
  readonly status?: {
    readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly startTime?: string;
    readonly hostIP?: string;
    readonly podIP?: string;
    readonly qosClass?: string;
  };
}

export interface Workload extends ApiObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Record<string, string> };
    readonly strategy?: { readonly type?: string };
    readonly template: PodTemplate;
    readonly progressDeadlineSeconds?: number;
    readonly backoffLimit?: number;
    readonly ttlSecondsAfterFinished?: number;
    readonly suspend?: boolean;
    readonly [field: string]: unknown;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly [field: string]: unknown;
  };
}

export interface Claim extends ApiObject {
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  readonly status?: { readonly phase: string };
}

export interface Volume extends ApiObject {
  readonly spec: { readonly persistentVolumeReclaimPolicy?: string };
  readonly status?: { readonly phase: string };
}

export interface FluxObject extends ApiObject {
  readonly spec: {
    readonly suspend?: boolean;
    readonly interval?: string;
    readonly timeout?: string;
    readonly install?: { readonly disableWait?: boolean };
    readonly healthChecks?: readonly { readonly kind: string; readonly namespace?: string; readonly name: string }[];
    readonly dependsOn?: readonly { readonly name: string; readonly namespace?: string }[];
    readonly url?: string;
    readonly path?: string;
    readonly ref?: { readonly branch?: string };
    readonly sourceRef?: { readonly name: string; readonly namespace?: string };
    readonly targetNamespace?: string;
    readonly releaseName?: string;
    readonly valuesFrom?: readonly { readonly kind: string; readonly name: string }[];
    readonly [field: string]: unknown;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly lastHandledReconcileAt?: string;
    readonly artifact?: { readonly revision: string };
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly history?: readonly Record<string, unknown>[];
    readonly [field: string]: unknown;
  };
}

/** The transition time changes only when the status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const before = conditions?.find((condition) => condition.type === next.type);
  const at = before?.status === next.status && before.lastTransitionTime ? before.lastTransitionTime : now;
  const others = (conditions ?? []).filter((condition) => condition.type !== next.type);
  return [...others, { ...next, lastTransitionTime: at }];
}

export function isTrue(
  object: { readonly status?: { readonly conditions?: readonly Condition[] } } | null,
  type: string,
): boolean {
  return (
    object?.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false
  );
}

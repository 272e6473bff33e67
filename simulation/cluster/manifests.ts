import { PROGRAM_LABEL } from '../appliance/programs.ts';
import type { ApiObject, Container, PodSpec } from './objects.ts';

export interface WorkloadOrder {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly labels?: Record<string, string>;
  readonly replicas?: number;
  readonly strategy?: 'Recreate' | 'RollingUpdate';
  readonly progressDeadlineSeconds?: number;
  readonly initContainers?: readonly Container[];
  readonly container?: Partial<Container>;
  readonly pod?: Partial<PodSpec>;
}

/** A Deployment in the shape in which charts and vendors write them: one container, called as the Deployment. */
export function deploymentOf(order: WorkloadOrder): ApiObject {
  const { strategy = 'RollingUpdate', progressDeadlineSeconds } = order;
  return workloadOf(order, 'Deployment', {
    strategy: { type: strategy },
    ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }),
  });
}

/** A StatefulSet with one named pod. */
export function statefulSetOf(order: WorkloadOrder): ApiObject {
  return workloadOf(order, 'StatefulSet', { serviceName: order.name, podManagementPolicy: 'OrderedReady' });
}

function workloadOf(order: WorkloadOrder, kind: string, more: Record<string, unknown>): ApiObject {
  const { name, namespace, image, replicas = 1, initContainers, container, pod } = order;
  const labels = { [PROGRAM_LABEL]: name, ...order.labels };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: { [PROGRAM_LABEL]: name } },
      ...more,
      template: {
        metadata: { labels },
        spec: {
          ...pod,
          ...(initContainers && { initContainers }),
          containers: [{ name, image, ...container }],
        },
      },
    },
  };
}

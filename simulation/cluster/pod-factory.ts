import { suffixOf } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import type { ApiObject, Pod, PodTemplate } from './objects.ts';
import { keyOfObject, ownerOf, put } from './store.ts';
import { nextSerial } from '../world/stage.ts';

/** Makes a pod from its owner's template, as the workload controllers of Kubernetes do. */
export function makePod(
  stage: Stage,
  owner: ApiObject,
  template: PodTemplate,
  name: string,
  labels: Record<string, string>,
): Pod {
  const pod: ApiObject & { spec: Pod['spec'] } = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...template.metadata?.labels, ...labels },
      ...(template.metadata?.annotations && { annotations: template.metadata.annotations }),
      ...ownerOf(owner),
    },
    spec: { restartPolicy: 'Always', ...template.spec },
    status: { phase: 'Pending', qosClass: 'Burstable' },
  };
  put(stage, pod);
  return pod;
}

/** A name for a new pod of an owner, never given before. */
export function podName(stage: Stage, owner: ApiObject): string {
  return `${owner.metadata.name}-${suffixOf(`${keyOfObject(owner)} ${nextSerial(stage)}`)}`;
}

import { z } from 'zod';
import type { KubernetesObject } from '../model/snapshot.ts';

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  observedGeneration: z.number().optional(),
});
export type Condition = z.infer<typeof condition>;

const withConditions = z.object({
  conditions: z.array(condition).default([]),
  observedGeneration: z.number().optional(),
});

/** Null unless the condition is about the current generation: an answer about an older one is no answer (lesson 12). */
export function currentCondition(object: KubernetesObject, type: string): Condition | null {
  const parsed = withConditions.safeParse(object['status']);
  if (!parsed.success) return null;
  const found = parsed.data.conditions.find((each) => each.type === type);
  if (!found) return null;
  const generation = object.metadata.generation ?? 0;
  const observed = found.observedGeneration ?? parsed.data.observedGeneration ?? generation;
  return observed >= generation ? found : null;
}

const workload = z.object({
  spec: z.object({ replicas: z.number().default(1) }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
    })
    .prefault({}),
});

/**
 * Done when the controller has seen the newest generation, every replica is of the newest template and available, and
 * no older one is left. `saw` says how far it is.
 */
export function rollout(deployment: KubernetesObject): { readonly done: boolean; readonly saw: string } {
  const { spec, status } = workload.parse(deployment);
  const name = deployment.metadata.name;
  if (status.observedGeneration < (deployment.metadata.generation ?? 0)) {
    return { done: false, saw: `${name}: the change is not rolled out yet` };
  }
  if (status.updatedReplicas < spec.replicas) {
    return { done: false, saw: `${name}: ${status.updatedReplicas} of ${spec.replicas} pods are of the new version` };
  }
  if (status.replicas > status.updatedReplicas) {
    return { done: false, saw: `${name}: ${status.replicas - status.updatedReplicas} old pods still exist` };
  }
  const done = status.availableReplicas >= spec.replicas && spec.replicas > 0;
  return { done, saw: `${name}: ${status.availableReplicas} of ${spec.replicas} pods are available` };
}

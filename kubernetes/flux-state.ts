import { z } from 'zod';
import type { KubernetesObject } from '../model/snapshot.ts';
import { currentCondition } from './readiness.ts';
import type { Condition } from './readiness.ts';

/** A token here asks Flux to work now; it answers with the same token in its status. */
export const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** The same token here as well asks helm-controller for an upgrade although neither chart nor values have changed. */
export const FORCE_AT = 'reconcile.fluxcd.io/forceAt';

/** The same token here as well lets helm-controller try again although its retries are used up (helm-controller 1.1, `resetAt`). */
export const RESET_AT = 'reconcile.fluxcd.io/resetAt';

/** On the release of the application: for which request the Job of which uid is created again, `<token> <uid>`. Written before anything is deleted. */
export const RENEWS = 'appliance.alga-psa/renews-setup';

const shape = z.object({
  spec: z.object({ suspend: z.boolean().default(false) }).prefault({}),
  status: z
    .object({
      lastHandledReconcileAt: z.string().optional(),
      lastAppliedRevision: z.string().optional(),
      lastAttemptedRevision: z.string().optional(),
      artifact: z.object({ revision: z.string() }).optional(),
    })
    .prefault({}),
});

/** Says whether Flux leaves this object alone. */
export function isSuspended(object: KubernetesObject): boolean {
  return shape.parse(object).spec.suspend;
}

export interface FluxState {
  /** The Ready condition, when it speaks of the object as it is now. */
  readonly ready: Condition | null;
  /** The token that Flux was last asked with, and whether it has worked since. */
  readonly requested: string | null;
  readonly handled: boolean;
  /** What a source holds. */
  readonly revision: string | null;
  /** What a Kustomization has applied, and what it works on. */
  readonly applied: string | null;
  readonly attempted: string | null;
}

/** How far Flux has processed the object. */
export function fluxState(object: KubernetesObject): FluxState {
  const { status } = shape.parse(object);
  const requested = object.metadata.annotations?.[REQUESTED_AT] ?? null;
  return {
    ready: currentCondition(object, 'Ready'),
    requested,
    handled: requested === null || status.lastHandledReconcileAt === requested,
    revision: status.artifact?.revision ?? null,
    applied: status.lastAppliedRevision ?? null,
    attempted: status.lastAttemptedRevision ?? null,
  };
}

import { timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { withCondition } from '../cluster/objects.ts';
import type { Condition, FluxObject } from '../cluster/objects.ts';
import { find } from '../cluster/store.ts';
import type { Workload } from '../cluster/objects.ts';
import { NAMESPACES } from '../../model/appliance.ts';
import { isServing } from '../appliance/dependencies.ts';

/** False while the controller does not run: then nothing reconciles its objects. */
export function isControllerUp(stage: Stage, name: string): boolean {
  return isServing(find<Workload>(stage, { kind: 'Deployment', namespace: NAMESPACES.flux, name }));
}

/** For the object's current generation. */
export function marked(
  stage: Stage,
  object: FluxObject,
  conditions: readonly Condition[] | undefined,
  condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
): Condition[] {
  return withCondition(
    conditions,
    { ...condition, observedGeneration: object.metadata.generation ?? 1 },
    timestamp(stage),
  );
}

/** Conditions without those of one type. */
export function without(conditions: readonly Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

export const RECONCILE_REQUEST = 'reconcile.fluxcd.io/requestedAt';
/** Counts only with the same token as the request to reconcile (helm-controller, `forceAt`). */
const FORCE_REQUEST = 'reconcile.fluxcd.io/forceAt';

/** The request to reconcile that a person or the installer wrote last, as the status repeats it. */
export function handled(object: FluxObject): { lastHandledReconcileAt?: string } {
  const requested = object.metadata.annotations?.[RECONCILE_REQUEST];
  return requested === undefined ? {} : { lastHandledReconcileAt: requested };
}

/** True when a person or the installer asks for an action although nothing has changed: both requests carry the same token. */
export function isForced(object: FluxObject): boolean {
  const { [FORCE_REQUEST]: forced, [RECONCILE_REQUEST]: requested } = object.metadata.annotations ?? {};
  return forced !== undefined && forced === requested && object.status?.['lastHandledForceAt'] !== forced;
}

/** The forced request, as the status repeats it once it was done. */
export function handledForce(object: FluxObject): { lastHandledForceAt?: string } {
  const forced = object.metadata.annotations?.[FORCE_REQUEST];
  return forced === undefined ? {} : { lastHandledForceAt: forced };
}

/** Reads Go durations such as `1h30m` and `10m0s`. */
export function milliseconds(duration: string | undefined, fallback: number): number {
  if (!duration) return fallback;
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000 };
  let total = 0;
  for (const [, amount = '0', unit = 's'] of duration.matchAll(/([0-9.]+)(h|m(?!s)|s)/g)) {
    total += Number(amount) * (units[unit] ?? 0);
  }
  return total;
}

/** Writes a Go duration. */
export function goDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60] as const;
  if (parts[0] > 0) return `${parts[0]}h${parts[1]}m${parts[2]}s`;
  return parts[1] > 0 ? `${parts[1]}m${parts[2]}s` : `${parts[2]}s`;
}

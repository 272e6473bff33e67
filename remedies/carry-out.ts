import { ClusterError } from '../activities/ports/kubernetes.ts';
import type { Cluster } from '../activities/ports/kubernetes.ts';
import { KINDS } from '../kubernetes/addresses.ts';
import { FORCE_AT, RENEWS, REQUESTED_AT, RESET_AT } from '../kubernetes/flux-state.ts';
import { NAMESPACES } from '../model/appliance.ts';
import type { Remedy, Target } from '../model/repair.ts';

/**
 * Does what a remedy says, to exactly the object in the state in which it was seen. False, with nothing done, if that has changed since.
 * Throws ClusterError for everything else.
 * @param token differs for each repair: Flux works once for each
 */
export async function carryOut(
  cluster: Cluster,
  { action, target }: Remedy,
  token: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    switch (action.do) {
      case 'reconcile':
        await annotate(cluster, target, asked(token, action), signal);
        return true;
      case 'recreate-pod':
        return await deleteTarget(cluster, target, signal);
      case 'renew-setup':
        return await renewSetup(cluster, target, action.release, token, signal);
    }
  } catch (error) {
    if (error instanceof ClusterError && (error.fault === 'conflict' || error.fault === 'not-found')) return false;
    throw error;
  }
}

/** Flux counts `forceAt` and `resetAt` only with the same token as the request itself. */
function asked(token: string, { force, reset }: { readonly force: boolean; readonly reset: boolean }) {
  return { [REQUESTED_AT]: token, ...(force && { [FORCE_AT]: token }), ...(reset && { [RESET_AT]: token }) };
}

async function annotate(
  cluster: Cluster,
  { uid, resourceVersion, ...at }: Target,
  annotations: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  await cluster.patch(at, { metadata: { uid, resourceVersion, annotations } }, signal);
}

async function deleteTarget(
  cluster: Cluster,
  { uid, resourceVersion, ...at }: Target,
  signal: AbortSignal,
): Promise<boolean> {
  return cluster.delete(at, { uid, resourceVersion }, signal);
}

/**
 * What is meant is noted on the release before the Job is deleted: whatever ends this in between, the install or the next repair completes
 * it (activities/phases/bootstrap/renew-failed-setup.ts).
 */
async function renewSetup(
  cluster: Cluster,
  target: Target,
  release: string,
  token: string,
  signal: AbortSignal,
): Promise<boolean> {
  const at = { ...KINDS.helmRelease, namespace: NAMESPACES.releases, name: release };
  await cluster.patch(at, { metadata: { annotations: { [RENEWS]: `${token} ${target.uid}` } } }, signal);
  if (!(await deleteTarget(cluster, target, signal))) {
    await cluster.patch(at, { metadata: { annotations: { [RENEWS]: null } } }, signal);
    return false;
  }
  await cluster.patch(at, { metadata: { annotations: asked(token, { force: true, reset: false }) } }, signal);
  return true;
}

import { z } from 'zod';
import { isSuspended } from '../../../kubernetes/flux-state.ts';
import { KINDS, ref, refOf } from '../../../kubernetes/addresses.ts';
import { NAMESPACES } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { applianceObjects } from '../../flux-objects.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { ClusterError } from '../../ports/kubernetes.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { waitFor } from '../../wait.ts';
import type { Guard } from './erase.ts';

/** The two that make workloads. The source controller only fetches. */
const MAKERS = ['kustomize-controller', 'helm-controller'];
/** On a controller that the wipe has stopped: how many replicas it had. */
const STOPPED_FROM = 'appliance.alga-psa/stopped-from';

const deployment = z.object({ spec: z.object({ replicas: z.number().default(1) }) });

/**
 * Makes Flux hold still: everything of the appliance is suspended, and the controllers that make workloads are stopped, because
 * suspending does not end an operation in progress. Gives once all of that is seen to be so.
 */
export async function holdFlux(context: PhaseContext, cluster: Cluster, guard: Guard): Promise<void> {
  const { signal } = context;
  await waitFor(context, {
    what: 'Flux to stop',
    look: async () => {
      const active = (await applianceObjects(cluster, signal)).filter((object) => !isSuspended(object));
      for (const object of active) await patchAsSeen(cluster, object, { spec: { suspend: true } }, guard, signal);
      for (const name of MAKERS) await stopController(cluster, name, guard, signal);
      if (active.length > 0)
        return { saw: `just suspended: ${active.map(({ metadata }) => metadata.name).join(', ')}` };
      const running = await podsOf(cluster, signal);
      return running.length > 0 ? { saw: `still running: ${running.join(', ')}` } : { done: true };
    },
  });
}

/** Starts the controllers again that `holdFlux` has stopped. What it suspended stays so until the source is connected. */
export async function startControllers(cluster: Cluster, signal: AbortSignal): Promise<void> {
  for (const name of MAKERS) {
    const found = await cluster.get(ref.deployment(NAMESPACES.flux, name), signal);
    const before = found?.metadata.annotations?.[STOPPED_FROM];
    if (before === undefined) continue;
    const patch = { metadata: { annotations: { [STOPPED_FROM]: null } }, spec: { replicas: Number(before) || 1 } };
    await cluster.patch(ref.deployment(NAMESPACES.flux, name), patch, signal);
  }
}

async function stopController(cluster: Cluster, name: string, guard: Guard, signal: AbortSignal): Promise<void> {
  const found = await cluster.get(ref.deployment(NAMESPACES.flux, name), signal);
  if (!found) return;
  const { replicas } = deployment.parse(found).spec;
  if (replicas === 0) return;
  const metadata = { annotations: { [STOPPED_FROM]: String(replicas) } };
  await patchAsSeen(cluster, found, { metadata, spec: { replicas: 0 } }, guard, signal);
}

/** Changes an object only as it was seen: what a late attempt still has in hand then changes nothing. The next look tries again. */
async function patchAsSeen(
  cluster: Cluster,
  object: KubernetesObject,
  patch: { metadata?: Record<string, unknown>; spec: Record<string, unknown> },
  guard: Guard,
  signal: AbortSignal,
): Promise<void> {
  await guard();
  const metadata = { ...patch.metadata, resourceVersion: object.metadata.resourceVersion };
  try {
    await cluster.patch(refOf(object), { ...patch, metadata }, signal);
  } catch (error) {
    if (!(error instanceof ClusterError && (error.fault === 'conflict' || error.fault === 'not-found'))) throw error;
  }
}

async function podsOf(cluster: Cluster, signal: AbortSignal): Promise<string[]> {
  const pods = await cluster.list(KINDS.pod, { namespace: NAMESPACES.flux }, signal);
  return pods
    .map(({ metadata }) => metadata.name)
    .filter((name) => MAKERS.some((maker) => name.startsWith(`${maker}-`)));
}

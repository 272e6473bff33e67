import { z } from 'zod';
import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { ClusterError } from '../../ports/kubernetes.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { wipePlan } from './wipe-plan.ts';
import type { WipePlan } from './wipe-plan.ts';

/** Stays in the cluster after the wipe: it is the proof that this install has wiped once, and never does again. */
const MARKER = ref.configMap(NAMESPACES.releases, 'appliance-wipe');
const OBJECT = `ConfigMap ${NAMESPACES.releases}/${MARKER.name}`;

const wipeState = z.discriminatedUnion('state', [
  /** Flux is being brought to hold still; nothing is written down yet, and nothing is deleted. */
  z.strictObject({ installId: z.string(), state: z.literal('holding') }),
  /** The plan stands: what it names is deleted. */
  z.strictObject({ installId: z.string(), state: z.literal('wiping'), plan: wipePlan }),
  z.strictObject({ installId: z.string(), state: z.literal('finished') }),
]);
export type WipeState = z.infer<typeof wipeState>;

/** The marker as it was read or written last; `version` is the API server's own. */
export interface Marker {
  readonly is: WipeState;
  /** What the first of the earlier wipes, none of which completed, had started to delete; null if there was none. */
  readonly earlier: WipePlan | null;
  readonly version: string;
}

/** Plans by which something may have been deleted since the last completed wipe. */
export function begunPlans(marker: Marker | null): WipePlan[] {
  if (marker === null || marker.is.state === 'finished') return [];
  const own = marker.is.state === 'wiping' ? [marker.is.plan] : [];
  return marker.earlier ? [marker.earlier, ...own] : own;
}

/** The marker of the newest wipe in this cluster, of any install; null if there was none. */
export async function readMarker(cluster: Cluster, signal: AbortSignal): Promise<Marker | null> {
  const found = await cluster.get(MARKER, signal);
  return found && markerIn(found);
}

/**
 * Writes the marker in the place of the one that was read before, and only in its place: of two attempts that overlap the
 * slower one fails with ClusterError `conflict`, and has changed nothing. The marker's namespace must be there.
 */
export async function writeMarker(
  cluster: Cluster,
  is: WipeState,
  before: Marker | null,
  signal: AbortSignal,
): Promise<Marker> {
  const state = JSON.stringify(is);
  if (before) {
    const earlier = is.state === 'finished' ? null : earlierThan(before, is.installId);
    const data = { state, earlier: earlier && JSON.stringify(earlier) };
    return markerIn(await cluster.patch(MARKER, { metadata: { resourceVersion: before.version }, data }, signal));
  }
  const { apiVersion, kind, name, namespace } = MARKER;
  try {
    const object = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, data: { state } };
    return markerIn(await cluster.create(object, signal));
  } catch (error) {
    if (error instanceof ClusterError && error.fault === 'already-exists') throw overtaken();
    throw error;
  }
}

function earlierThan(before: Marker, installId: string): WipePlan | null {
  if (before.is.installId === installId) return before.earlier;
  return begunPlans(before)[0] ?? null;
}

/** Forgets a wipe that was cancelled, once what it has deleted is asked for again: its plan names nothing that is there. */
export async function forgetWipe(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const found = await cluster.get(MARKER, signal);
  if (found?.metadata.uid && markerIn(found).is.state !== 'finished')
    await cluster.delete(MARKER, { uid: found.metadata.uid }, signal);
}

/** Throws ClusterError `conflict` when another attempt, or another install, has written the marker since. */
export async function checkMarker(cluster: Cluster, mine: Marker, signal: AbortSignal): Promise<void> {
  if ((await readMarker(cluster, signal))?.version !== mine.version) throw overtaken();
}

/** Tried again from the top, it is seen how the other attempt has left things. */
function overtaken(): ClusterError {
  return new ClusterError('conflict', OBJECT, `${OBJECT}: another attempt at this wipe has replaced this one`);
}

function markerIn(object: KubernetesObject): Marker {
  const { data } = z.object({ data: z.object({ state: z.string(), earlier: z.string().optional() }) }).parse(object);
  return {
    is: wipeState.parse(JSON.parse(data.state)),
    earlier: data.earlier === undefined ? null : wipePlan.parse(JSON.parse(data.earlier)),
    version: object.metadata.resourceVersion ?? '',
  };
}

import { z } from 'zod';
import { KINDS, ref, refOf } from '../../../kubernetes/addresses.ts';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { FORCE_AT, RENEWS, REQUESTED_AT, fluxState } from '../../../kubernetes/flux-state.ts';
import { NAMESPACES, OBJECTS } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { PATIENCE } from '../../../model/timing.ts';
import { openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { waitFor } from '../../wait.ts';
import { provideInitialTenant } from '../identity/initial-tenant.ts';

const RELEASE: ObjectRef = { ...KINDS.helmRelease, namespace: NAMESPACES.releases, name: 'alga-core' };

/**
 * A Job that has failed stays failed, and its release stays deployed: nothing would ever run it again. When a person had the
 * parked phase tried again, this deletes it, and asks Flux for its release with force, so that Helm creates the Job again from the
 * same values. Only that very Job and only by its condition Failed: one that runs or has ended well is left alone (lesson 6).
 * What is meant is noted on the release first: whatever ends the attempt in between, the next one brings it to its end, and
 * no retry has an effect twice.
 */
export async function renewFailedSetup(context: PhaseContext): Promise<void> {
  const { signal, retriedAt } = context;
  const cluster = await openCluster(context);
  const release = await cluster.get(RELEASE, signal);
  if (!release) return;
  const noted = noteOn(release);
  if (noted && !isAsked(release, noted.token)) return renew(context, cluster, noted);
  if (retriedAt === null || noted?.token === retriedAt) return;
  const job = await newestSetup(cluster, signal);
  if (!job?.metadata.uid || !hasFailed(job)) return;
  const note = { token: retriedAt, uid: job.metadata.uid };
  await cluster.patch(RELEASE, { metadata: { annotations: { [RENEWS]: `${note.token} ${note.uid}` } } }, signal);
  await renew(context, cluster, note);
}

interface Note {
  readonly token: string;
  readonly uid: string;
}

function noteOn({ metadata }: KubernetesObject): Note | null {
  const [token, uid] = metadata.annotations?.[RENEWS]?.split(' ') ?? [];
  return token && uid ? { token, uid } : null;
}

function isAsked({ metadata }: KubernetesObject, token: string): boolean {
  return metadata.annotations?.[FORCE_AT] === token;
}

async function renew(context: PhaseContext, cluster: Cluster, { token, uid }: Note): Promise<void> {
  const { signal } = context;
  const job = (await setups(cluster, signal)).find(({ metadata }) => metadata.uid === uid);
  if (job && hasFailed(job)) {
    // Whoever deleted the first tenant's Secret, or has corrected its file, gets it again: the new Job reads it at its start.
    await provideInitialTenant(context, cluster);
    await cluster.delete(refOf(job), { uid }, signal);
  }
  const annotations = { [REQUESTED_AT]: token, [FORCE_AT]: token };
  await cluster.patch(RELEASE, { metadata: { annotations } }, signal);
  await waitFor<void>(context, {
    what: 'the database setup Job to be created again',
    look: async () => {
      const [release, jobs] = await Promise.all([cluster.get(RELEASE, signal), setups(cluster, signal)]);
      if (!release || !fluxState(release).handled) return { saw: 'Flux has not reconciled alga-core yet' };
      return jobs.some(({ metadata }) => metadata.uid !== uid) ? { done: undefined } : { saw: 'it does not exist yet' };
    },
    late: { afterMs: PATIENCE.awaitBootstrap.renewed, end: () => undefined },
  });
}

async function setups(cluster: Cluster, signal: AbortSignal): Promise<KubernetesObject[]> {
  const { apiVersion, kind } = ref.job(NAMESPACES.workloads, OBJECTS.bootstrapJobPrefix);
  const jobs = await cluster.list({ apiVersion, kind }, { namespace: NAMESPACES.workloads }, signal);
  return jobs.filter(
    ({ metadata }) => metadata.name.startsWith(OBJECTS.bootstrapJobPrefix) && !metadata.deletionTimestamp,
  );
}

/** An older Job, whatever became of it, is history. */
async function newestSetup(cluster: Cluster, signal: AbortSignal): Promise<KubernetesObject | null> {
  const born = ({ metadata }: KubernetesObject): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return (await setups(cluster, signal)).toSorted((one, other) => born(other) - born(one))[0] ?? null;
}

const ended = z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) });

function hasFailed(job: KubernetesObject): boolean {
  const status = ended.safeParse(job['status']);
  return status.data?.conditions.some(({ type, status: is }) => type === 'Failed' && is === 'True') ?? false;
}

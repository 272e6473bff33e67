import { z } from 'zod';
import { KINDS, ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { ofComponents, stopOnBlockers } from '../../appliance-look.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { ClusterError } from '../../ports/kubernetes.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';
import { wipeJob, wipeJobName } from './wipe-job.ts';
import type { Item } from './wipe-plan.ts';
import { advise, kubectl, named, oneWord } from '../../../model/advice.ts';

/** Asked before every step: a wipe that another attempt has finished meanwhile goes no further. */
export type Guard = () => Promise<void>;

/** Deletes these very objects and waits until they no longer exist, and are not only terminating. */
export async function deleteItems(
  context: PhaseContext,
  cluster: Cluster,
  { what, items, guard }: { readonly what: string; readonly items: readonly Item[]; readonly guard: Guard },
): Promise<void> {
  const { signal } = context;
  for (const { uid, ...at } of items) {
    await guard();
    await cluster.delete(at, { uid }, signal);
  }
  await waitFor(context, {
    what: `${what} to be deleted`,
    look: async () => {
      const there = await Promise.all(
        items.map(async ({ uid, ...at }) => ((await cluster.get(at, signal))?.metadata.uid === uid ? [at.name] : [])),
      );
      const left = there.flat();
      return left.length === 0 ? { done: true } : { saw: `not deleted yet: ${left.join(', ')}` };
    },
  });
}

/** Removes Flux's finalizers from these releases: with the controllers stopped, nothing else would. */
export async function releaseItems(
  cluster: Cluster,
  items: readonly Item[],
  guard: Guard,
  signal: AbortSignal,
): Promise<void> {
  for (const { uid, ...at } of items) {
    if (at.kind !== KINDS.helmRelease.kind) continue;
    await guard();
    const isThere = async (): Promise<boolean> => (await cluster.get(at, signal))?.metadata.uid === uid;
    if (!(await isThere())) continue;
    try {
      await cluster.patch(at, { metadata: { uid, finalizers: null } }, signal);
    } catch (error) {
      // Another object of that name is a change of the uid to the API server: 422 Invalid, and not a conflict.
      const isGone =
        error instanceof ClusterError &&
        ['invalid', 'conflict', 'not-found'].includes(error.fault) &&
        !(await isThere());
      if (!isGone) throw error;
    }
  }
}

/** Waits until no pod of the application is left, in whatever state: only then nothing writes to what is wiped (lesson 4). */
export async function awaitNoPods(context: PhaseContext, cluster: Cluster): Promise<void> {
  const check = stopOnBlockers(context, cluster, ofComponents());
  await waitFor(context, {
    what: 'every pod of the application to have stopped',
    look: async () => {
      const pods = await cluster.list(KINDS.pod, { namespace: NAMESPACES.workloads }, context.signal);
      if (pods.length === 0) return { done: true };
      await check();
      return { saw: `still running: ${pods.map(({ metadata }) => metadata.name).join(', ')}` };
    },
  });
}

const jobStatus = z.object({
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
});

function ended(job: KubernetesObject): { readonly ok: boolean; readonly message: string } | null {
  const { conditions } = jobStatus.parse(job).status;
  const end = conditions.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'));
  return end ? { ok: end.type === 'Complete', message: end.message } : null;
}

/** Removes the plan's folders on the node by a Job, and waits until the Job has reported that they are removed. */
export async function removeFolders(
  context: PhaseContext,
  cluster: Cluster,
  {
    installId,
    folders,
    guard,
  }: { readonly installId: string; readonly folders: readonly string[]; readonly guard: Guard },
): Promise<void> {
  if (folders.length === 0) return;
  const { signal, spec } = context;
  const at = ref.job(NAMESPACES.storage, wipeJobName(installId));
  const check = stopOnBlockers(context, cluster, ofComponents(at.name));
  const before = await cluster.get(at, signal);
  if (before && ended(before)?.ok === false) await deleteJob(context, cluster, before, guard);
  await waitFor(context, {
    what: 'the data folders to be removed on the node',
    look: async () => {
      const job = await cluster.get(at, signal);
      if (!job) {
        await guard();
        await cluster.create(wipeJob(installId, folders, spec.release.dependencies.busybox), signal);
        return { saw: `Job ${at.name} is created` };
      }
      const end = ended(job);
      if (end?.ok) return { done: true };
      if (end) throw jobFailed(context, at.name, end.message);
      const activeOperations = await check();
      return { saw: `Job ${at.name} is removing ${folders.length} folders`, activeOperations };
    },
  });
}

async function deleteJob(context: PhaseContext, cluster: Cluster, job: KubernetesObject, guard: Guard): Promise<void> {
  const { apiVersion, kind, metadata } = job;
  const { name, namespace, uid } = metadata;
  if (uid === undefined) return;
  const items = [{ apiVersion, kind, name, uid, ...(namespace && { namespace }) }];
  await deleteItems(context, cluster, { what: `the failed Job ${name}`, items, guard });
}

function jobFailed(context: PhaseContext, name: string, message: string): Error {
  const object = `Job ${NAMESPACES.storage}/${name}`;
  return stop(context, 'storage-provisioner-failed', {
    component: 'local-path-provisioner',
    object,
    reason: `The Job that removes the old data on the node failed: ${message || 'it gave no reason'}.`,
    advice: advise`Read why: ${kubectl('-n', NAMESPACES.storage, 'logs', oneWord('job/', named(name, 'job')))}. It is retried automatically.`,
    evidence: [{ source: 'kubernetes', object, message, at: context.ports.clock.now().toISOString() }],
  });
}

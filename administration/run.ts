import { z } from 'zod';
import { ClusterError } from '../activities/ports/kubernetes.ts';
import type { Cluster } from '../activities/ports/kubernetes.ts';
import { KINDS, ref, refOf } from '../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';
import { AdministrationError } from './error.ts';
import { administrationJob, administrationSecret } from './job.ts';

export interface Surroundings {
  readonly cluster: Cluster;
  /** The text of ./program.mjs. */
  readonly program: string;
  readonly clock: { now(): Date; sleep(milliseconds: number, signal?: AbortSignal): Promise<void> };
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 500;
/** A pod whose image is on the node runs within seconds, and the database is waited for 20 s. */
const PATIENCE_MS = 90_000;
/** A living client starts its Job at once: one that stays suspended this long is abandoned. */
const LEFTOVER_AFTER_MS = 10_000;
const CLEANUP_MS = 20_000;
const GONE_WITHIN_MS = 30_000;

const JOB = ref.job(NAMESPACES.workloads, OBJECTS.administration);
const SECRET = ref.secret(NAMESPACES.workloads, OBJECTS.administration);

/**
 * Runs the program in the cluster and gives what it printed; leaves nothing behind, interrupted or not. One at a time: the Job's name
 * is the lock. Throws AdministrationError, ClusterError, or the signal's reason if nothing was requested yet.
 */
export async function run(surroundings: Surroundings, request: unknown): Promise<string> {
  const { cluster, program, signal } = surroundings;
  const job = await claimed(surroundings);
  const made = [job];
  let isAsked = false;
  try {
    made.unshift(await placeSecret(surroundings, administrationSecret(job, program, request)));
    isAsked = true;
    await cluster.patch(JOB, { metadata: { uid: job.metadata.uid }, spec: { suspend: false } }, signal);
    return await logOf(job, surroundings);
  } catch (error) {
    if (!isAsked || error instanceof AdministrationError) throw error;
    const why = signal.aborted ? 'interrupted' : error instanceof Error ? error.message : String(error);
    throw new AdministrationError('silent', `No answer from the program in the cluster: ${why}.`, false, {
      cause: error,
    });
  } finally {
    await cleanUp(cluster, made);
  }
}

/** Creates the Job, suspended, after removing what an earlier client left. */
async function claimed(surroundings: Surroundings): Promise<KubernetesObject> {
  const { cluster, signal } = surroundings;
  const deployment = await cluster.get(ref.deployment(NAMESPACES.workloads, OBJECTS.application), signal);
  const job = deployment && administrationJob(deployment);
  if (!job)
    throw new AdministrationError(
      'absent',
      `No Deployment ${NAMESPACES.workloads}/${OBJECTS.application} in the cluster: the application is not installed yet.`,
    );
  await removeLeftover(surroundings);
  try {
    return await cluster.create(job, signal);
  } catch (error) {
    if (error instanceof ClusterError && error.fault === 'already-exists') throw busy();
    throw error;
  }
}

const busy = (): AdministrationError =>
  new AdministrationError(
    'busy',
    `Another admin command is already running on this appliance (Job ${JOB.namespace}/${JOB.name}). It ends within three minutes.`,
  );

const jobState = z.object({
  spec: z.object({ suspend: z.boolean().optional() }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() }))
        .default([]),
    })
    .prefault({}),
});

function endOf(job: KubernetesObject): { readonly type: string; readonly reason?: string | undefined } | null {
  const { conditions } = jobState.parse(job).status;
  return conditions.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed')) ?? null;
}

async function removeLeftover({ cluster, clock, signal }: Surroundings): Promise<void> {
  const there = await cluster.get(JOB, signal);
  if (!there) return;
  if (!endOf(there)) {
    if (!jobState.parse(there).spec.suspend) throw busy();
    await clock.sleep(LEFTOVER_AFTER_MS, signal);
    signal.throwIfAborted();
    const later = await cluster.get(JOB, signal);
    if (later && later.metadata.resourceVersion !== there.metadata.resourceVersion) throw busy();
  }
  await cluster.delete(JOB, uidOf(there), signal);
  const until = clock.now().getTime() + GONE_WITHIN_MS;
  while ((await cluster.get(JOB, signal))?.metadata.uid === there.metadata.uid) {
    if (clock.now().getTime() >= until) throw busy();
    await clock.sleep(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
  }
}

/** The name is ours, because the Job is: a Secret of an earlier one is just not garbage-collected yet. */
async function placeSecret({ cluster, signal }: Surroundings, secret: KubernetesObject): Promise<KubernetesObject> {
  const there = await cluster.get(SECRET, signal);
  if (there) await cluster.delete(SECRET, uidOf(there), signal);
  return cluster.create(secret, signal);
}

const uidOf = ({ metadata: { uid } }: KubernetesObject): { uid?: string } => (uid === undefined ? {} : { uid });

const podState = z.object({
  metadata: z.object({ ownerReferences: z.array(z.object({ uid: z.string().optional() })).default([]) }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      containerStatuses: z
        .array(
          z.object({
            state: z
              .object({
                waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
                terminated: z.object({ reason: z.string().default(''), exitCode: z.number() }).optional(),
              })
              .default({}),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

/** Waits until the Job's pod has ended; gives its log. */
async function logOf(job: KubernetesObject, { cluster, clock, signal }: Surroundings): Promise<string> {
  const until = clock.now().getTime() + PATIENCE_MS;
  const query = { namespace: NAMESPACES.workloads, labelSelector: `app.kubernetes.io/name=${OBJECTS.administration}` };
  let saw = 'its pod is not created yet';
  for (;;) {
    const pods = await cluster.list(KINDS.pod, query, signal);
    for (const pod of pods) {
      const { metadata, status } = podState.parse(pod);
      if (!metadata.ownerReferences.some(({ uid }) => uid === job.metadata.uid)) continue;
      const at = { namespace: NAMESPACES.workloads, name: pod.metadata.name, container: 'admin', tailLines: 10 };
      if (status.phase === 'Succeeded') return cluster.podLog(at, signal);
      const { waiting, terminated } = status.containerStatuses[0]?.state ?? {};
      if (status.phase === 'Failed')
        throw silent(
          `the program ended without an answer (${terminated ? `${terminated.reason}, exit code ${terminated.exitCode}` : 'its pod failed'})`,
        );
      if (waiting?.reason === 'ErrImageNeverPull')
        throw new AdministrationError(
          'absent',
          "The application's image is not on the node: the application is being installed or changed. Try again when it is running.",
        );
      saw = waiting
        ? [waiting.reason, waiting.message].filter((text) => text !== '').join(': ')
        : `its pod is ${status.phase}`;
    }
    const now = await cluster.get(JOB, signal);
    if (!now || now.metadata.uid !== job.metadata.uid) throw silent('its Job was deleted');
    const end = endOf(now);
    // A pod that ended is found in the next round.
    if (end?.type === 'Failed') throw silent(`its Job failed (${end.reason ?? 'no reason given'}); last seen: ${saw}`);
    if (clock.now().getTime() >= until) throw silent(`not finished within ${PATIENCE_MS / 1000} s; last seen: ${saw}`);
    await clock.sleep(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
  }
}

const silent = (why: string): AdministrationError =>
  new AdministrationError('silent', `No answer from the program in the cluster: ${why}.`, false);

/**
 * The Secret first: it may hold a password. What cannot be removed now is removed by the cluster: the Job after its time-out, the
 * Secret after the Job. So an API server that stops answering does not change the result.
 */
async function cleanUp(cluster: Cluster, made: readonly KubernetesObject[]): Promise<void> {
  const signal = AbortSignal.timeout(CLEANUP_MS);
  for (const object of made) {
    await cluster.delete(refOf(object), uidOf(object), signal).catch((error: unknown) => {
      if (!(error instanceof ClusterError) && !signal.aborted) throw error;
    });
  }
}

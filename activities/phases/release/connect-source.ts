import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FORCE_AT, REQUESTED_AT, fluxState, isSuspended } from '../../../kubernetes/flux-state.ts';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { KINDS, ref, refOf } from '../../../kubernetes/addresses.ts';
import { FIELD_MANAGER, FLUX, NAMESPACES, OBJECTS } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { ofComponents, stopOnBlockers } from '../../appliance-look.ts';
import type { About } from '../../appliance-look.ts';
import { applied, openCluster } from '../../cluster.ts';
import { applianceObjects } from '../../flux-objects.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { waitFor } from '../../wait.ts';
import { begunPlans, forgetWipe, readMarker } from '../storage/wipe-marker.ts';

const SOURCE = ref.gitRepository(FLUX.source);
const ROOT = ref.kustomization(FLUX.rootKustomization);

/**
 * Tells Flux where the tree lies and has it begin: the source first, until it holds the branch that was asked for; then the
 * entry to the tree; then whatever a wipe has suspended goes on. Ends when Flux has applied that very revision.
 */
export async function connectSource(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, ports, signal } = context;
  const cluster = await openCluster(context);
  const [source, ...rest] = await ports.manifests.entry({ ...spec.repo, url: fluxUrl(spec.repo.url) });
  if (source?.kind !== SOURCE.kind) throw new Error('the entry to the Flux tree must start with its GitRepository');
  const token = tokenOf(context);

  let changed = await applied(cluster, source, signal);
  changed = (await request(context, cluster, await cluster.get(SOURCE, signal), token)) || changed;
  await awaitSource(context, cluster);
  for (const object of rest) changed = (await applied(cluster, object, signal)) || changed;
  changed = (await resumeAll(context, cluster, token)) || changed;
  const revision = await awaitRoot(context, cluster);
  return {
    did: changed ? 'acted' : 'nothing-to-do',
    detail: `Flux uses ${revision}`,
    facts: { gitRevision: revision },
  };
}

/** Git's short form `git@host:path` is no URL, and Flux takes only those. */
function fluxUrl(url: string): string {
  return url.includes('://') ? url : `ssh://${url.replace(':', '/')}`;
}

/** One token for one order of one install: what Flux has done for it is not asked for again. */
function tokenOf({ spec, facts }: PhaseContext): string {
  const order = JSON.stringify([facts.installId, spec.repo, spec.imageTags, spec.release.releaseVersion]);
  return createHash('sha256').update(order).digest('hex').slice(0, 16);
}

/** Asks Flux to work on an object now, unless it was asked for this order and has answered with success. */
async function request(
  context: PhaseContext,
  cluster: Cluster,
  object: KubernetesObject | null,
  token: string,
  { force = false } = {},
): Promise<boolean> {
  if (!object) return false;
  const { requested, handled, ready } = fluxState(object);
  const wasAsked = requested?.startsWith(token) ?? false;
  if (wasAsked && (!handled || ready?.status === 'True')) return false;
  const asked = `${token}.${context.ports.clock.now().getTime()}`;
  const annotations = { [REQUESTED_AT]: asked, ...(force && { [FORCE_AT]: asked }) };
  await cluster.patch(refOf(object), { metadata: { annotations } }, context.signal);
  return true;
}

async function awaitSource(context: PhaseContext, cluster: Cluster): Promise<void> {
  const { spec, signal } = context;
  const check = stopOnBlockers(context, cluster, about('GitRepository', 'flux-source'));
  await waitFor(context, {
    what: `Flux to fetch ${spec.repo.branch} of ${spec.repo.url}`,
    look: async () => {
      const found = await cluster.get(SOURCE, signal);
      if (!found) return { saw: 'the source does not exist' };
      const { ready, handled, revision } = fluxState(found);
      if (!handled || !ready) return { saw: 'it has not answered yet' };
      // The branch before an override may still be what Flux holds.
      if (ready.status === 'True' && revision?.startsWith(`${spec.repo.branch}@`)) return { done: true };
      await check();
      return { saw: ready.message || ready.reason };
    },
  });
}

/**
 * What a wipe, or a person, has suspended goes on; a release that is older than its values takes them up now. After a wipe that
 * did not come to its end the releases are asked for with force: they are Ready, and their objects, Jobs among them, are gone.
 */
async function resumeAll(context: PhaseContext, cluster: Cluster, token: string): Promise<boolean> {
  const { signal } = context;
  const wipe = await readMarker(cluster, signal);
  const force = begunPlans(wipe).length > 0;
  let changed = false;
  for (const object of await applianceObjects(cluster, signal)) {
    if (isSuspended(object)) {
      await cluster.patch(refOf(object), { spec: { suspend: false } }, signal);
      changed = true;
    }
    if (object.kind !== KINDS.helmRelease.kind) continue;
    if (!force && !(await isOlderThanItsValues(cluster, object, signal))) continue;
    changed = (await request(context, cluster, object, force ? `${token}f` : token, { force })) || changed;
  }
  // Only a recovering install comes here over a wipe that did not end: a fresh one has ended it.
  if (wipe && wipe.is.state !== 'finished') await forgetWipe(cluster, signal);
  return changed;
}

/** Both times are the API server's own. A release that was made after its values were written knows them. */
async function isOlderThanItsValues(
  cluster: Cluster,
  { metadata }: KubernetesObject,
  signal: AbortSignal,
): Promise<boolean> {
  const written = await lastWritten(
    cluster,
    ref.configMap(NAMESPACES.releases, OBJECTS.valuesPrefix + metadata.name),
    signal,
  );
  return written === null || metadata.creationTimestamp === undefined || metadata.creationTimestamp <= written;
}

const managed = z.array(z.object({ manager: z.string(), time: z.string().optional() }));

async function lastWritten(cluster: Cluster, at: ObjectRef, signal: AbortSignal): Promise<string | null> {
  const found = await cluster.get(at, signal);
  const entries = managed.safeParse(found?.metadata['managedFields']);
  return entries.data?.find(({ manager }) => manager === FIELD_MANAGER)?.time ?? null;
}

async function awaitRoot(context: PhaseContext, cluster: Cluster): Promise<string> {
  const { signal } = context;
  const check = stopOnBlockers(context, cluster, about(`Kustomization ${NAMESPACES.flux}/${ROOT.name}`, 'flux-'));
  return waitFor<string>(context, {
    what: 'Flux to apply the entry to the tree',
    look: async () => {
      const [source, root] = await Promise.all([cluster.get(SOURCE, signal), cluster.get(ROOT, signal)]);
      const wanted = source && fluxState(source).revision;
      if (!wanted || !root) return { saw: 'the source or the entry does not exist' };
      const { ready, handled, applied: at } = fluxState(root);
      if (handled && ready?.status === 'True' && at === wanted) return { done: wanted };
      await check();
      return { saw: ready?.message || `at ${at ?? 'no revision yet'}` };
    },
  });
}

function about(object: string, codes: string): About {
  const general = ofComponents('source-controller', 'kustomize-controller');
  return (blocker) =>
    general(blocker) ||
    (blocker.tier === 'platform' &&
      (blocker.code.startsWith(codes) || blocker.evidence.some((each) => each.object.startsWith(object))));
}

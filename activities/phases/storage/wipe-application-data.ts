import { NAMESPACES } from '../../../model/appliance.ts';
import { dataIdOf } from '../../../kubernetes/data-id.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { hasConsent, useConsent } from '../../../site-folder/consent.ts';
import { kubeSystemUid, openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { awaitNotTerminating, namespace } from '../identity/create-namespaces.ts';
import { recordCluster } from '../host/site-record.ts';
import { awaitNoPods, deleteItems, releaseItems, removeFolders } from './erase.ts';
import type { Guard } from './erase.ts';
import { holdFlux, startControllers } from './hold-flux.ts';
import { knownIdentity, proveCluster, unprovenCluster } from './prove-cluster.ts';
import { begunPlans, checkMarker, readMarker, writeMarker } from './wipe-marker.ts';
import type { Marker } from './wipe-marker.ts';
import { areThere, findApplicationData, foldersOf, makePlan } from './wipe-plan.ts';
import type { ApplicationData, WipePlan } from './wipe-plan.ts';

/**
 * Wipes the application's data for a fresh install, once an install. In this order: a cluster on record is proven to be that
 * one; where there is nothing, that is said and nothing is done; without a record that is the end; every path is valid; somebody
 * has agreed; Flux holds still; what will be deleted is written down by uid; the application is stopped and seen to be gone; then
 * its claims, its folders on the node, its volumes, its credentials and Helm's memory of it go. Killed anywhere it goes on with
 * the same list; run again after its end, or late beside an attempt that has ended, it does nothing, whatever data was made since.
 */
export async function wipeApplicationData(context: PhaseContext): Promise<PhaseOutcome> {
  const { facts, signal, spec } = context;
  if (spec.mode !== 'fresh') return { did: 'nothing-to-do', detail: 'Existing data is kept (--recover)' };
  if (facts.wipe !== undefined) return { did: 'nothing-to-do', detail: 'The data was already checked in this install' };
  const { installId } = facts;
  if (installId === undefined) throw new Error('this install has no id, so a wipe cannot be told from a repeated one');
  const cluster = await openCluster(context);
  const known = await knownIdentity(context);
  if (known) await proveCluster(context, cluster, known);

  const found = await readMarker(cluster, signal);
  const isOurs = found?.is.installId === installId;
  if (isOurs && found.is.state === 'finished') {
    await startControllers(cluster, signal);
    return { did: 'nothing-to-do', detail: 'This install has already wiped the old data', facts: { wipe: 'wiped' } };
  }
  if (!isOurs) {
    const data = await findApplicationData(cluster, signal);
    const isEmpty = data.claims.length === 0 && data.volumes.length === 0;
    // What a wipe that was cancelled late has left, Helm's memory and the credentials, goes as well, and so does its marker.
    if (isEmpty && found?.is.state !== 'wiping') {
      await startControllers(cluster, signal);
      if (!known) await adopt(context, cluster);
      const detail = 'No application data found: nothing to wipe';
      return { did: 'nothing-to-do', detail, facts: { wipe: 'nothing-to-wipe' } };
    }
    if (!known) throw unprovenCluster(context);
    if (!isEmpty) await refuseUnlessSafe(context, data);
  }
  const marker = isOurs ? found : await begin(context, cluster, installId, found);
  // From here on the marker stands for it: the plan that follows can delete no other data.
  await useConsent(context.folder);
  await wipe(context, cluster, installId, marker);
  await startControllers(cluster, signal);
  return { did: 'acted', detail: 'The old application data was wiped', facts: { wipe: 'wiped' } };
}

/** A cluster without anybody's data is the site's from here on: what will be on it is this install's. */
async function adopt(context: PhaseContext, cluster: Cluster): Promise<void> {
  const uid = await kubeSystemUid(cluster, context.signal);
  const talosCaFingerprint = context.facts.talosCaFingerprint ?? null;
  if (uid !== null) await recordCluster(context, { kubeSystemUid: uid, talosCaFingerprint });
}

/** The consent is read where only the site's folder can make one: no input and no payload stands for it. */
async function refuseUnlessSafe(context: PhaseContext, data: ApplicationData): Promise<void> {
  foldersOf(context, data);
  const dataId = dataIdOf(data.claims, data.volumes);
  if (dataId === null || (await hasConsent(context.folder, dataId))) return;
  await context.report({ facts: { dataId } }, `data: ${dataId}`);
  const names = [...data.claims, ...data.volumes].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  throw stop(context, 'confirmation-needed', {
    component: 'db',
    tier: 'core',
    object: `Namespace ${NAMESPACES.workloads}`,
    facts: { detail: names.join(', '), dataId },
  });
}

async function begin(
  context: PhaseContext,
  cluster: Cluster,
  installId: string,
  before: Marker | null,
): Promise<Marker> {
  for (const name of [NAMESPACES.releases, NAMESPACES.storage]) {
    await awaitNotTerminating(context, cluster, name);
    await cluster.apply(namespace(name), context.signal, { force: true });
  }
  return writeMarker(cluster, { installId, state: 'holding' }, before, context.signal);
}

/**
 * Says how far the wipe is, before it is so: who cancels it reads this. Data that a wipe which was cancelled has begun to delete is
 * not said to be there.
 */
async function tellStage(
  context: PhaseContext,
  cluster: Cluster,
  { marker, deletes }: { readonly marker: Marker; readonly deletes: 'application' | 'data' },
): Promise<void> {
  const plans = begunPlans(marker);
  const areWhole = await Promise.all(plans.map(({ claims }) => areThere(cluster, claims, context.signal)));
  const begun = plans.length === 0 ? 'holding' : 'application';
  const stage = deletes === 'data' || areWhole.includes(false) ? 'data' : begun;
  if (context.facts.wipeStage === stage) return;
  // A parked step tells what changes ever more rarely. It goes on now, and this must be known before anything is deleted.
  await context.clear();
  await context.report({ facts: { wipeStage: stage } }, `wipe: ${stage}`);
}

async function wipe(context: PhaseContext, cluster: Cluster, installId: string, begun: Marker): Promise<void> {
  const { signal } = context;
  let marker = begun;
  const guard: Guard = () => checkMarker(cluster, marker, signal);
  await tellStage(context, cluster, { marker, deletes: 'application' });
  await holdFlux(context, cluster, guard);
  let plan: WipePlan;
  if (marker.is.state === 'wiping') {
    ({ plan } = marker.is);
  } else {
    plan = await makePlan(context, cluster);
    marker = await writeMarker(cluster, { installId, state: 'wiping', plan }, marker, signal);
  }
  await tellStage(context, cluster, { marker, deletes: 'application' });
  await deleteItems(context, cluster, { what: 'the application', items: plan.workloads, guard });
  await awaitNoPods(context, cluster);
  await tellStage(context, cluster, { marker, deletes: 'data' });
  await deleteItems(context, cluster, { what: 'the claims', items: plan.claims, guard });
  await removeFolders(context, cluster, { installId, folders: plan.folders, guard });
  await deleteItems(context, cluster, { what: 'the volumes', items: plan.volumes, guard });
  await deleteItems(context, cluster, { what: 'the database credentials', items: plan.credentials, guard });
  await releaseItems(cluster, plan.releases, guard, signal);
  await deleteItems(context, cluster, { what: "Helm's releases", items: plan.releases, guard });
  await writeMarker(cluster, { installId, state: 'finished' }, marker, signal);
}

import { KubeconfigRefused, kubeconfigOfParts, kubeconfigParts } from '../../../kubernetes/kubeconfig.ts';
import type { KubeconfigParts } from '../../../kubernetes/kubeconfig.ts';
import { PATIENCE } from '../../../model/timing.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { kubeSystemUid, kubeconfigPath, openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { ClusterError } from '../../ports/kubernetes.ts';
import type { ClusterFault } from '../../ports/kubernetes.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';
import type { Sight } from '../../wait.ts';
import { lastHandover } from './handover.ts';
import { neededTarget } from './node-target.ts';
import { readRecord, recordCluster } from './site-record.ts';
import { watchTrouble } from './trouble.ts';
import type { TroubleWatch } from './trouble.ts';
import { RETRY, advise } from '../../../model/advice.ts';

const LOOK_EVERY_MS = 1_000;

/** Faults of a kubeconfig that the node's own may not have. */
const REPLACED: ReadonlySet<ClusterFault> = new Set(['tls', 'unauthorized', 'refused-kubeconfig']);

/**
 * Has a kubeconfig that opens this site's cluster, and proves whose cluster it is: its identity is compared with what this
 * install and the site's record know, then recorded where that is this install's to say. The file is written where it is missing
 * or does not open the cluster; one that the operator named is never written.
 */
export async function fetchKubeconfig(context: PhaseContext): Promise<PhaseOutcome> {
  const target = await neededTarget(context);
  const trouble = target ? watchTrouble(context, target) : null;
  const state = { written: false };
  const uid = await waitFor(context, {
    what: 'the Kubernetes API to answer',
    everyMs: LOOK_EVERY_MS,
    look: () => look(context, target, trouble, state),
    late: {
      afterMs: PATIENCE.fetchKubeconfig.answers,
      end: (saw) => {
        throw silent(context, saw);
      },
    },
  });
  await compareIdentity(context, uid);
  const talosCaFingerprint =
    context.facts.talosCaFingerprint ?? (target ? await context.ports.talos.caFingerprint(target.talosconfig) : null);
  if (await mayRecord(context)) await recordCluster(context, { kubeSystemUid: uid, talosCaFingerprint });
  const path = kubeconfigPath(context);
  const facts = { kubeSystemUid: uid, ...(talosCaFingerprint !== null && { talosCaFingerprint }) };
  return state.written
    ? { did: 'acted', detail: `${path} was written and opens the cluster`, facts }
    : { did: 'nothing-to-do', detail: `${path} opens the cluster`, facts };
}

async function look(
  context: PhaseContext,
  target: TalosTarget | null,
  trouble: TroubleWatch | null,
  state: { written: boolean },
): Promise<Sight<string>> {
  const { folder, signal, spec, ports } = context;
  const mayWrite = spec.existingCluster.kubeconfig === null && target !== null;
  try {
    if (mayWrite && !(await folder.exists(SITE_FILES.kubeconfig))) await write(context, target, state);
    const uid = await kubeSystemUid(await openCluster(context), signal);
    return uid === null ? { saw: 'it answers but has no kube-system namespace yet' } : { done: uid };
  } catch (error) {
    if (error instanceof TalosError && ['unreachable', 'timeout', 'not-yet'].includes(error.fault)) {
      return { saw: 'the node does not answer' };
    }
    if (!(error instanceof ClusterError)) throw error;
    if (error.fault === 'unreachable' || error.fault === 'timeout') {
      if (mayWrite && !state.written && (await isOfAnotherAddress(context, target))) {
        await write(context, target, state);
        return { saw: 'the kubeconfig had another address; fetching the one of this node' };
      }
      const services = target && (await ports.talos.services(target, signal).catch(nothingOfTalos));
      const wrong = services && (await trouble?.look(services));
      return { saw: wrong ?? 'no answer yet: the node is pulling and starting its control plane' };
    }
    // A kubeconfig of an earlier cluster at this address, or one that an earlier client took as a node gave it. Ours is fetched
    // once; the node has proven to be ours.
    if (REPLACED.has(error.fault) && mayWrite && !state.written) {
      await write(context, target, state);
      return { saw: 'the kubeconfig did not open this cluster; fetching one that does' };
    }
    throw error;
  }
}

/** The file is of an earlier address or cluster when the node itself gives another server: waiting for the old one would never end. */
async function isOfAnotherAddress(context: PhaseContext, target: TalosTarget): Promise<boolean> {
  const [fresh, own] = await Promise.all([
    context.ports.talos.kubeconfig(target, context.signal).catch(nothingOfTalos),
    context.folder.read(SITE_FILES.kubeconfig),
  ]);
  return fresh !== null && own !== null && partsOf(context, fresh).server !== kubeconfigParts(own).server;
}

async function write(context: PhaseContext, target: TalosTarget, state: { written: boolean }): Promise<void> {
  const parts = partsOf(context, await context.ports.talos.kubeconfig(target, context.signal));
  await context.folder.write(SITE_FILES.kubeconfig, kubeconfigOfParts(parts));
  state.written = true;
}

/** What a node says is data: a file of our own is made of its four parts, and nothing else of it reaches this machine's disk. */
function partsOf(context: PhaseContext, text: string): KubeconfigParts {
  try {
    const parts = kubeconfigParts(text);
    kubeconfigOfParts(parts);
    return parts;
  } catch (error) {
    if (!(error instanceof KubeconfigRefused)) throw error;
    const object = `node ${context.spec.nodeIp}`;
    const message = `talosctl kubeconfig: ${error.message}`;
    const at = context.ports.clock.now().toISOString();
    throw stop(context, 'foreign-cluster', {
      component: 'kubernetes',
      object,
      reason: `The kubeconfig from the node at ${context.spec.nodeIp} is not one that Talos creates: ${error.message}. It was not written, and nothing was changed.`,
      advice: advise`Do not trust this node: find out what runs on it, and boot it from Talos' own image before you install it. Then ${RETRY}.`,
      evidence: [{ source: 'talosctl', object, message, at }],
    });
  }
}

/** A node that this install itself installed has a new cluster: then only what this install saw before counts. */
async function compareIdentity(context: PhaseContext, uid: string): Promise<void> {
  const { facts } = context;
  const recorded = facts.alreadyInstalled === false ? null : (await readRecord(context))?.cluster?.kubeSystemUid;
  const known = facts.kubeSystemUid ?? recorded ?? null;
  if (known === null || known === uid) return;
  const path = kubeconfigPath(context);
  const at = context.ports.clock.now().toISOString();
  const message = `kube-system has the uid ${uid}; recorded is ${known}`;
  throw stop(context, 'foreign-cluster', {
    component: 'kubernetes',
    object: 'Namespace kube-system',
    reason: `The cluster behind ${path} is not the one that this site installed: ${message}. Nothing was changed.`,
    evidence: [{ source: 'kubernetes', object: 'Namespace kube-system', message, at }],
  });
}

/**
 * A fresh install wipes only what is on record. So it puts a cluster there only when this site made it: that somebody's keys
 * lie in the folder, and open it, is no proof. `--recover` keeps all data, and may take any cluster over.
 */
async function mayRecord(context: PhaseContext): Promise<boolean> {
  const { facts, spec } = context;
  if (spec.mode === 'recover' || facts.alreadyInstalled === false) return true;
  return ((await readRecord(context))?.cluster ?? (await lastHandover(context))) !== null;
}

function silent(context: PhaseContext, saw: string): Error {
  const object = `https://${context.spec.nodeIp}:6443`;
  const at = context.ports.clock.now().toISOString();
  const evidence = [{ source: 'kubernetes', object, message: saw, at }];
  return stop(context, 'kubernetes-unreachable', { component: 'kubernetes', object, evidence });
}

function nothingOfTalos(error: unknown): null {
  if (error instanceof TalosError) return null;
  throw error;
}

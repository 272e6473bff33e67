import { kubeSystemUid, kubeconfigPath } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { nodeTarget } from '../host/node-target.ts';
import { readRecord } from '../host/site-record.ts';

/**
 * Proves that this is the cluster of the site's record: the uid of kube-system and the certificate authority of Talos are the
 * recorded ones. Throws Blocked `foreign-cluster` when they are others, and just as much when nothing is on record: what
 * nobody can prove is not wiped (lesson 2). A cluster that this very install has made is on record by its facts.
 */
export async function proveClusterIsOurs(context: PhaseContext, cluster: Cluster): Promise<void> {
  const recorded = (await readRecord(context))?.cluster ?? madeByThisInstall(context);
  if (!recorded) {
    throw foreign(
      context,
      `Nothing is on record about the cluster of site ${context.spec.siteId}: it cannot be proven that this one is it.`,
    );
  }
  const uid = await kubeSystemUid(cluster, context.signal);
  if (uid !== recorded.kubeSystemUid) {
    throw foreign(
      context,
      `The cluster behind ${kubeconfigPath(context)} is ${uid ?? 'without an identity'}, and the site's record names ${recorded.kubeSystemUid}.`,
    );
  }
  if (recorded.talosCaFingerprint === null) return;
  const target = await nodeTarget(context);
  const fingerprint = target && (await context.ports.talos.caFingerprint(target.talosconfig));
  if (fingerprint === null) {
    throw foreign(
      context,
      `There is no talosconfig by which the node could be told from another one; the site's record names the Talos authority ${recorded.talosCaFingerprint}.`,
    );
  }
  if (fingerprint !== recorded.talosCaFingerprint) {
    throw foreign(
      context,
      `${target?.talosconfig} belongs to the Talos authority ${fingerprint}, and the site's record names ${recorded.talosCaFingerprint}.`,
    );
  }
}

interface Identity {
  readonly kubeSystemUid: string;
  readonly talosCaFingerprint: string | null;
}

function madeByThisInstall({ facts }: PhaseContext): Identity | null {
  if (facts.alreadyInstalled !== false || facts.kubeSystemUid === undefined) return null;
  return { kubeSystemUid: facts.kubeSystemUid, talosCaFingerprint: facts.talosCaFingerprint ?? null };
}

function foreign(context: PhaseContext, reason: string): Error {
  return stop(context, 'foreign-cluster', { component: 'node', object: `node ${context.spec.nodeIp}`, reason });
}

import { kubeSystemUid, kubeconfigPath } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { nodeTarget } from '../host/node-target.ts';
import { readRecord } from '../host/site-record.ts';
import { advise, anew, client, asCode } from '../../../model/advice.ts';

/** Gives what this site knows of its cluster, by its record or because this very install made it; null where nothing is known. */
export async function knownIdentity(context: PhaseContext): Promise<Identity | null> {
  return (await readRecord(context))?.cluster ?? madeByThisInstall(context);
}

/**
 * Proves that this is the known cluster: the uid of kube-system and the certificate authority of Talos are the same. Throws
 * Blocked `foreign-cluster` when they are others.
 */
export async function proveCluster(context: PhaseContext, cluster: Cluster, recorded: Identity): Promise<void> {
  const uid = await kubeSystemUid(cluster, context.signal);
  if (uid !== recorded.kubeSystemUid) {
    throw foreign(
      context,
      `The cluster behind ${kubeconfigPath(context)} is ${uid ?? 'without an identity'}, but the site record has ${recorded.kubeSystemUid}.`,
    );
  }
  if (recorded.talosCaFingerprint === null) return;
  const target = await nodeTarget(context);
  const fingerprint = target && (await context.ports.talos.caFingerprint(target.talosconfig));
  if (fingerprint === null) {
    throw foreign(
      context,
      `No talosconfig found to identify the node; the site record has the Talos authority ${recorded.talosCaFingerprint}.`,
    );
  }
  if (fingerprint !== recorded.talosCaFingerprint) {
    throw foreign(
      context,
      `${target?.talosconfig} belongs to the Talos authority ${fingerprint}, but the site record has ${recorded.talosCaFingerprint}.`,
    );
  }
}

/** Of a cluster: what no other one has. */
interface Identity {
  readonly kubeSystemUid: string;
  readonly talosCaFingerprint: string | null;
}

function madeByThisInstall({ facts }: PhaseContext): Identity | null {
  if (facts.alreadyInstalled !== false || facts.kubeSystemUid === undefined) return null;
  return { kubeSystemUid: facts.kubeSystemUid, talosCaFingerprint: facts.talosCaFingerprint ?? null };
}

/** The error for a cluster with data that cannot be proven to be the site's: it is not wiped (lesson 2). */
export function unprovenCluster(context: PhaseContext): Error {
  const { nodeIp, siteId } = context.spec;
  return stop(context, 'foreign-cluster', {
    component: 'node',
    object: `node ${nodeIp}`,
    reason: `No record of the cluster of site ${siteId} exists, so it cannot be proven that this is that cluster, and it contains application data. Nothing was wiped.`,
    advice: advise`If this is your appliance, record it first: ${anew('--recover')}, which keeps all data. After that, ${asCode('start', '--fresh')} can wipe it. If it is not yours: ${client('cancel')}.`,
  });
}

function foreign(context: PhaseContext, reason: string): Error {
  return stop(context, 'foreign-cluster', { component: 'node', object: `node ${context.spec.nodeIp}`, reason });
}

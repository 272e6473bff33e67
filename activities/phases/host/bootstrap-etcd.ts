import type { Evidence } from '../../../model/blocker.ts';
import { PATIENCE } from '../../../model/timing.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { configWord } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosFault, TalosService, TalosTarget } from '../../ports/talos.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';
import type { Sight } from '../../wait.ts';
import { forgetCluster, readRecord } from './site-record.ts';
import { compareAuthority } from './identity.ts';
import { LEFT_ALONE, namesExistingCluster, neededTarget } from './node-target.ts';
import { watchTrouble } from './trouble.ts';
import { RECHECKS, advise, anew, holeFor, named, run, set } from '../../../model/advice.ts';

const LOOK_EVERY_MS = 1_000;
/** Ends of a call that tell nothing about its effect: the next look does. */
const LOOK_AGAIN: readonly TalosFault[] = ['unreachable', 'timeout', 'not-yet', 'already-exists'];

/**
 * Starts etcd, exactly once, and waits until it is healthy. What decides is the service's state on the node, so that a kill
 * before or after the call changes nothing; the node itself refuses a second bootstrap (`AlreadyExists`), which is success
 * here, because only this site's own node has let us in.
 */
export async function bootstrapEtcd(context: PhaseContext): Promise<PhaseOutcome> {
  const target = await neededTarget(context);
  if (!target) return { did: 'nothing-to-do', detail: LEFT_ALONE };
  const talosCaFingerprint = await compareAuthority(context, target);
  const trouble = watchTrouble(context, target);
  let started = false;
  let runningSince: number | null = null;
  const watchRefusal = refusalWatch(context);
  const mayHaveData = dataWatch(context);
  await waitFor(context, {
    what: 'etcd to be healthy',
    everyMs: LOOK_EVERY_MS,
    look: async (): Promise<Sight<true>> => {
      const services = await servicesOf(context, target);
      if (!services) return { saw: 'the node does not answer' };
      const etcd = services.find((service) => service.id === 'etcd');
      if (etcd?.state === 'Running' && etcd.healthy) return { done: true };
      const wrong = await trouble.look(services);
      if (etcd?.state === 'Running') {
        const now = context.ports.clock.now().getTime();
        runningSince ??= now;
        const error = unhealthy(context, etcd);
        if (now - runningSince > PATIENCE.bootstrapEtcd.healthy || context.isParkedOn(error)) throw error;
      } else if (!started) {
        if (namesExistingCluster(context)) throw unhealthy(context, etcd);
        if (await mayHaveData(etcd)) return { saw: wrong ?? describe(etcd) };
        const refusal = await tryBootstrap(context, target);
        started = refusal === null;
        if (refusal !== null) return { saw: wrong ?? watchRefusal(refusal) };
      }
      return { saw: wrong ?? describe(etcd) };
    },
  });
  return started
    ? { did: 'acted', detail: 'etcd was started and is healthy', facts: { talosCaFingerprint } }
    : { did: 'nothing-to-do', detail: 'etcd is already running', facts: { talosCaFingerprint } };
}

/** Gives null where etcd is on its way now; else why the node wants to be asked again, or that the call was cut off. */
async function tryBootstrap({ ports, signal }: PhaseContext, target: TalosTarget): Promise<string | null> {
  try {
    await ports.talos.bootstrap(target, signal);
    return null;
  } catch (error) {
    if (!(error instanceof TalosError) || !LOOK_AGAIN.includes(error.fault)) throw error;
    return error.fault === 'already-exists' ? null : error.answer.stderr;
  }
}

/**
 * Gives a watch over an etcd that has not been bootstrapped where a cluster is on record: it is given the time that one with its
 * data takes to start. After that its data is gone. With `--recover` that is for a person: an empty etcd in its place would make a new
 * cluster, and could not be restored any more. For a fresh install it is as good as an empty node, once the record says so, too.
 */
function dataWatch(context: PhaseContext): (etcd: TalosService | undefined) => Promise<boolean> {
  const { clock } = context.ports;
  const { spec, facts } = context;
  const since = clock.now().getTime();
  return async (etcd) => {
    const cluster = (await readRecord(context))?.cluster ?? null;
    if (cluster === null || (spec.mode === 'fresh' && facts.alreadyInstalled === false)) return false;
    const error = lost(context, etcd, cluster.kubeSystemUid);
    const isLate = clock.now().getTime() - since > PATIENCE.bootstrapEtcd.prepares;
    if (!isLate && !context.isParkedOn(error)) return true;
    if (spec.mode === 'recover' || facts.kubeSystemUid !== undefined) throw error;
    await forgetCluster(context);
    return false;
  };
}

function lost(context: PhaseContext, etcd: TalosService | undefined, uid: string): Error {
  const { nodeIp } = context.spec;
  return stop(context, 'talos-etcd-unhealthy', {
    component: 'etcd',
    object: `node ${nodeIp}`,
    reason: `etcd on the node ${nodeIp} has no data, but the site record names a cluster that ran there (kube-system ${uid}). Starting an empty etcd would create a new cluster. Nothing was changed.`,
    advice: advise`If you have a snapshot of etcd, restore it: ${run('talosctl', '--talosconfig', configWord(context, 'talosconfig'), '-n', named(nodeIp, 'node-ip'), 'bootstrap', '--recover-from', holeFor('snapshot'))}. ${RECHECKS} Without one the cluster is lost: ${anew('--fresh')}.`,
    evidence: evidenceOf(context, etcd),
  });
}

/** A node refuses its bootstrap while its clock is not set; without any time server that does not pass by itself. */
function refusalWatch(context: PhaseContext): (message: string) => string {
  let since: number | null = null;
  return (message) => {
    if (!message.includes('time is not in sync')) return 'the node is not ready to start etcd';
    const now = context.ports.clock.now().getTime();
    since ??= now;
    const error = withoutTime(context, message);
    if (now - since > PATIENCE.bootstrapEtcd.clock || context.isParkedOn(error)) throw error;
    return 'the node is waiting for a time server to set its clock';
  };
}

function withoutTime(context: PhaseContext, message: string): Error {
  const { nodeIp, ntpServers } = context.spec;
  const servers = ntpServers.length > 0 ? ntpServers.join(', ') : 'time.cloudflare.com, its default';
  const at = context.ports.clock.now().toISOString();
  return stop(context, 'clock-skew', {
    component: 'talos',
    object: `node ${nodeIp}`,
    reason: `The node ${nodeIp} cannot reach a time server (it uses ${servers}) and does not start etcd before its clock is set.`,
    advice: advise`Give it a time server that it can reach: ${set('--ntp-servers', holeFor('host'))}. ${RECHECKS}`,
    evidence: [{ source: 'talosctl', object: `node ${nodeIp}`, message, at }],
  });
}

async function servicesOf({ ports, signal }: PhaseContext, target: TalosTarget): Promise<TalosService[] | null> {
  try {
    return await ports.talos.services(target, signal);
  } catch (error) {
    if (error instanceof TalosError && (error.fault === 'unreachable' || error.fault === 'timeout')) return null;
    throw error;
  }
}

function describe(etcd: TalosService | undefined): string {
  return etcd ? `etcd is ${etcd.state.toLowerCase()}: ${etcd.message}` : 'the etcd service does not exist yet';
}

function unhealthy(context: PhaseContext, etcd: TalosService | undefined): Error {
  const object = `node ${context.spec.nodeIp}`;
  return stop(context, 'talos-etcd-unhealthy', { component: 'etcd', object, evidence: evidenceOf(context, etcd) });
}

function evidenceOf(context: PhaseContext, etcd: TalosService | undefined): Evidence[] {
  const at = context.ports.clock.now().toISOString();
  return [{ source: 'talosctl', object: `node ${context.spec.nodeIp}`, message: describe(etcd), at }];
}

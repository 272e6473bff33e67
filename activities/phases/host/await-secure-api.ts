import { PATIENCE } from '../../../model/timing.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { Blocked } from '../../blocked.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';
import type { Sight } from '../../wait.ts';
import { handOver, lastHandover } from './handover.ts';
import type { Handover } from '../../../model/records.ts';
import { openOwnNode } from './identity.ts';
import { keyFileGone } from './key-material.ts';
import { LEFT_ALONE, namesExistingCluster, neededTarget } from './node-target.ts';
import { ensureResolvers } from './resolvers.ts';
import { readRecord } from './site-record.ts';
import { watchTrouble } from './trouble.ts';
import type { TroubleWatch } from './trouble.ts';
import { wantedConfig } from './wanted-config.ts';
import { RECHECKS, advise, holeFor, set } from '../../../model/advice.ts';

const LOOK_EVERY_MS = 1_000;
const { leaves, quiet, installs, rest } = PATIENCE.awaitSecureApi;

/**
 * Waits until the node is installed, has booted from its disk and answers over its secure API. A node that comes back into
 * maintenance mode gets its configuration again, with the resolvers of today.
 */
export async function awaitSecureApi(context: PhaseContext): Promise<PhaseOutcome> {
  const target = await neededTarget(context);
  if (!target) return { did: 'nothing-to-do', detail: LEFT_ALONE };
  const trouble = watchTrouble(context, target);
  const version = await waitFor(context, {
    what: `${target.nodeIp} to install Talos and answer`,
    everyMs: LOOK_EVERY_MS,
    look: () => look(context, target, trouble),
  });
  return { did: 'nothing-to-do', detail: `Talos ${version} answers on ${target.nodeIp}` };
}

async function look(context: PhaseContext, target: TalosTarget, trouble: TroubleWatch): Promise<Sight<string>> {
  const node = await context.ports.talos.mode(target.nodeIp, context.signal);
  if (node.mode === 'maintenance') return { saw: await inMaintenance(context) };
  if (node.mode === 'silent') return { saw: await inSilence(context, node.error) };
  try {
    const version = await openOwnNode(context, target);
    await ensureResolvers(context, target);
    const services = await context.ports.talos.services(target, context.signal);
    // While it installs, a node runs no etcd service; from its first boot on it does, waiting for its bootstrap.
    if (services.some((service) => service.id === 'etcd')) return { done: version };
    return { saw: (await trouble.look(services)) ?? 'it answers and is installing' };
  } catch (error) {
    if (error instanceof TalosError && (error.fault === 'unreachable' || error.fault === 'timeout')) {
      return { saw: 'it answered but stopped answering' };
    }
    throw error;
  }
}

async function inMaintenance(context: PhaseContext): Promise<string> {
  if (await hadCluster(context)) throw lostItsDisk(context);
  const wanted = await wantedConfig(context);
  if (!wanted) throw new Blocked([keyFileGone(context, SITE_FILES.machineConfig)]);
  const handed = await lastHandover(context);
  const age = handed ? context.ports.clock.now().getTime() - Date.parse(handed.at) : Infinity;
  const isSame = handed?.digest === wanted.digest;
  if (isSame && age < leaves) return 'it accepted its configuration and is about to install';
  if (handed && isSame && handed.times >= 2 && age < rest) throw cameBack(context, handed);
  await handOver(context, wanted);
  return handed
    ? 'it came back without installing; its configuration was applied again'
    : 'it accepted its configuration';
}

/** A node that was installed before and has never been seen as a cluster has nothing to lose: it did not finish, and starts again. */
async function hadCluster(context: PhaseContext): Promise<boolean> {
  const { facts } = context;
  if (facts.alreadyInstalled === false) return false;
  if (facts.kubeSystemUid !== undefined || namesExistingCluster(context)) return true;
  return ((await readRecord(context))?.cluster ?? null) !== null;
}

async function inSilence(context: PhaseContext, error: TalosError): Promise<string> {
  const handed = await lastHandover(context);
  if (handed === null) throw error;
  const since = context.ports.clock.now().getTime() - Date.parse(handed.at);
  if (since < quiet) return 'no answer: it is installing Talos to its disk or rebooting';
  if (since < installs) return quietFor(context, since, handed);
  const minutes = Math.round(since / 60_000);
  throw stop(context, 'talos-api-unreachable', {
    component: 'talos',
    object: `node ${context.spec.nodeIp}`,
    reason: `The node ${context.spec.nodeIp} accepted its configuration ${minutes} minutes ago and has not answered since: its installation hangs, or it started with another address.`,
    advice: advise`Check the machine's console: it shows the address, and the line "task install" shows what it is waiting for. Most often the installer image cannot be pulled: the node ${namesBy(context, handed)}. Give it other DNS servers: ${set('--dns-servers', holeFor('ip'))}. ${RECHECKS}`,
    evidence: evidenceOf(context, error.answer.stderr),
  });
}

/** A node that cannot resolve names says so on its console alone: no API answers before the installer image is there. */
function quietFor(context: PhaseContext, since: number, handed: Handover): string {
  return (
    `no answer for ${Math.floor(since / 60_000)} minutes. A slow network takes that long, and so does a DNS server that does not answer: check ` +
    `the console of the machine for the line "task install". The node ${namesBy(context, handed)}; to use other DNS servers: --dns-servers`
  );
}

/** Whom the node asks for names, as far as it is known: those of the spec go with the configuration. */
function namesBy({ spec }: PhaseContext, { resolvers = [] }: Handover): string {
  if (spec.dnsServers.length > 0) return `uses the DNS servers ${spec.dnsServers.join(', ')}`;
  return resolvers.length > 0
    ? `used the DNS servers ${resolvers.join(', ')} before it accepted its configuration, and none was set since`
    : 'uses the DNS servers from DHCP';
}

function cameBack(context: PhaseContext, handed: Handover): Error {
  const { nodeIp, installDisk, release } = context.spec;
  const reason = `The node ${nodeIp} accepted its configuration ${handed.times} times and returned to maintenance mode each time: it cannot finish its installation to ${installDisk}.`;
  return stop(context, 'unknown-failure', {
    component: 'talos',
    object: `node ${nodeIp}`,
    reason,
    advice: advise`Check the machine's console: the line "task install" shows why. Most often ${release.os.installer.image} cannot be pulled (${set('--dns-servers', holeFor('ip'))}), or ${installDisk} cannot be written. The installer applies the configuration again every few minutes.`,
    evidence: evidenceOf(context, reason),
  });
}

function lostItsDisk(context: PhaseContext): Error {
  const { nodeIp } = context.spec;
  return stop(context, 'talos-etcd-unhealthy', {
    component: 'talos',
    object: `node ${nodeIp}`,
    reason: `The node ${nodeIp} was installed and is now waiting for its first configuration: it lost its disk, or started from another medium.`,
    advice: advise`Start the machine from its own disk. If that disk is lost, the cluster on it is lost too: install again with another site name.`,
  });
}

function evidenceOf(
  context: PhaseContext,
  message: string,
): { source: string; object: string; message: string; at: string }[] {
  const at = context.ports.clock.now().toISOString();
  return [{ source: 'talosctl', object: `node ${context.spec.nodeIp}`, message, at }];
}

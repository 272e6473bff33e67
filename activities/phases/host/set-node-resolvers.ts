import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { Blocked } from '../../blocked.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { handOver, lastHandover } from './handover.ts';
import { openOwnNode } from './identity.ts';
import { keyFileGone } from './key-material.ts';
import { LEFT_ALONE, namesExistingCluster, neededTarget } from './node-target.ts';
import { ensureResolvers, namesResolvers } from './resolvers.ts';
import { wantedConfig } from './wanted-config.ts';

/**
 * Brings the spec's resolvers and time servers to the node, wherever it is on its way: a node in maintenance mode gets them with
 * its configuration, a running one without a reboot. A node that installs and shows no API cannot be told; it is told by
 * `awaitSecureApi`, as soon as it answers or comes back for its configuration.
 */
export async function setNodeResolvers(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, facts, ports, signal } = context;
  if (!namesResolvers(context)) return nothing('no DNS or time servers were given: the node keeps its own');
  const target = await neededTarget(context);
  if (!target) return nothing(LEFT_ALONE);
  const node = await ports.talos.mode(spec.nodeIp, signal);
  if (node.mode === 'configured') {
    const version = await openOwnNode(context, target);
    const acted = await ensureResolvers(context, target);
    return acted
      ? { did: 'acted', detail: `the node (Talos ${version}) uses ${inWords(context)}` }
      : nothing(`the node uses ${inWords(context)} already`);
  }
  const wanted = await wantedConfig(context);
  // One that was installed before is told when it answers, and needs no file for that.
  if (!wanted && !facts.alreadyInstalled && !namesExistingCluster(context))
    throw new Blocked([keyFileGone(context, SITE_FILES.machineConfig)]);
  const handed = await lastHandover(context);
  if (handed && handed.digest === wanted?.digest)
    return nothing(`the node's configuration contains ${inWords(context)}`);
  if (node.mode === 'maintenance' && wanted && !facts.alreadyInstalled) {
    await handOver(context, wanted);
    return { did: 'acted', detail: `the node accepted its configuration again, with ${inWords(context)}` };
  }
  // Once it has run as a cluster, a silent node is one that reboots: it is told when it answers.
  if (node.mode === 'silent' && (facts.kubeSystemUid !== undefined || facts.alreadyInstalled)) throw node.error;
  return nothing('the node has no API while it installs; the servers are set as soon as it has one');
}

function nothing(detail: string): PhaseOutcome {
  return { did: 'nothing-to-do', detail };
}

function inWords({ spec }: PhaseContext): string {
  const dns = spec.dnsServers.length > 0 ? [`DNS servers ${spec.dnsServers.join(', ')}`] : [];
  const ntp = spec.ntpServers.length > 0 ? [`time servers ${spec.ntpServers.join(', ')}`] : [];
  return [...dns, ...ntp].join(' and ');
}

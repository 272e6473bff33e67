import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { judgeNode } from './inspect-node.ts';
import { ensureTalosconfig } from './key-material.ts';
import { LEFT_ALONE } from './node-target.ts';

const SEEN = {
  maintenance: 'it is waiting for its first configuration',
  configured: 'it is configured and requires a certificate',
  silent: 'it does not answer',
} as const;

/**
 * Finds out what stands at the node's address: a machine that waits for its first configuration, one that this site installed
 * before (from then on keys and configuration are left alone), somebody else's, or nothing. Whether it was installed before this
 * install is settled by the first look.
 */
export async function reachNode(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, facts, ports, signal } = context;
  const { kubeconfig, talosconfig } = spec.existingCluster;
  if (kubeconfig !== null && talosconfig === null) {
    return { did: 'nothing-to-do', detail: LEFT_ALONE, facts: { alreadyInstalled: true } };
  }
  const node = await ports.talos.mode(spec.nodeIp, signal);
  context.see(`Talos on ${spec.nodeIp}`, SEEN[node.mode]);
  if (node.mode === 'configured') await ensureTalosconfig(context);
  const found = await judgeNode(context, node);
  // What this install has found when it first looked stays: by now it may have installed the node itself.
  const alreadyInstalled = facts.alreadyInstalled ?? found.state === 'ours';
  return found.state === 'empty'
    ? {
        did: 'nothing-to-do',
        detail: `${spec.nodeIp} is waiting for its first configuration`,
        facts: { alreadyInstalled },
      }
    : {
        did: 'nothing-to-do',
        detail: `${spec.nodeIp} is already the node of this site, with Talos ${found.version}: its keys and configuration are not changed`,
        facts: { alreadyInstalled },
      };
}

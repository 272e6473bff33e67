import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { stop } from '../../stop.ts';
import { handOver, insistOnOwnConfig, lastHandover } from './handover.ts';
import { compareAuthority, openOwnNode } from './identity.ts';
import { ensureKeyMaterial } from './key-material.ts';
import { namesExistingCluster, nodeTarget } from './node-target.ts';
import { recordKeys } from './site-record.ts';
import { chooseLink, wantedConfig } from './wanted-config.ts';

/**
 * Makes keys and machine configuration where there are none, and hands the configuration to a node that waits for its first.
 * A node that is installed is never touched here, and no file that exists is ever written over.
 */
export async function configureNode(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, facts, ports, signal } = context;
  if (facts.alreadyInstalled || namesExistingCluster(context)) {
    return {
      did: 'nothing-to-do',
      detail: `${spec.nodeIp} is already installed: keys and configuration are not changed`,
    };
  }
  const made = await ensureKeyMaterial(context, () => chooseLink(context));
  const target = await nodeTarget(context);
  const wanted = await wantedConfig(context);
  if (!target || !wanted) throw new Error(`${context.folder.root} lost files while they were being created`);
  const talosCaFingerprint = await compareAuthority(context, target);
  await insistOnOwnConfig(context, wanted);
  await recordKeys(context, talosCaFingerprint);
  const node = await ports.talos.mode(spec.nodeIp, signal);
  const detail = made
    ? `${SITE_FILES.secrets}, ${SITE_FILES.machineConfig} and ${SITE_FILES.talosconfig} created`
    : 'the existing keys of this site were used';
  if (node.mode === 'maintenance') {
    context.see(`${spec.nodeIp} to accept its configuration`, 'applying it');
    await handOver(context, wanted);
    return { did: 'acted', detail: `${detail}; the node accepted its configuration`, facts: { talosCaFingerprint } };
  }
  if (node.mode === 'configured') {
    await openOwnNode(context, target);
    return { did: 'nothing-to-do', detail: 'the node already has its configuration', facts: { talosCaFingerprint } };
  }
  const handed = await lastHandover(context);
  if (handed) {
    return {
      did: 'nothing-to-do',
      detail: `the node accepted its configuration at ${handed.at}`,
      facts: { talosCaFingerprint },
    };
  }
  const object = `node ${spec.nodeIp}`;
  const at = ports.clock.now().toISOString();
  const evidence = [{ source: 'talosctl', object, message: node.error.answer.stderr, at }];
  throw stop(context, 'talos-maintenance-unreachable', { component: 'talos', object, evidence });
}

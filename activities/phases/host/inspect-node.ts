import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { NodeMode, TalosError, TalosTarget } from '../../ports/talos.ts';
import { Blocked } from '../../blocked.ts';
import { stop } from '../../stop.ts';
import { keysGone } from './key-material.ts';
import { lastHandover } from './handover.ts';
import { openOwnNode } from './identity.ts';
import { namesExistingCluster, nodeTarget } from './node-target.ts';
import { knownAuthority, readRecord } from './site-record.ts';
import { advise, asCode } from '../../../model/advice.ts';

/** `empty`: waits for its first configuration. `ours`: it let us in with this site's talosconfig. */
export type NodeState =
  | { readonly state: 'empty' }
  | { readonly state: 'ours'; readonly target: TalosTarget; readonly version: string };

/** Throws Blocked if the node belongs to another site, or does not answer. */
export async function judgeNode(context: PhaseContext, node: NodeMode): Promise<NodeState> {
  if (node.mode === 'silent') throw await silent(context, node.error);
  if (node.mode === 'maintenance') {
    if (namesExistingCluster(context)) throw emptyNode(context);
    return { state: 'empty' };
  }
  const target = await nodeTarget(context);
  if (!target) throw await installedByOthers(context);
  return { state: 'ours', target, version: await openOwnNode(context, target) };
}

async function silent(context: PhaseContext, error: TalosError): Promise<Error> {
  const { nodeIp } = context.spec;
  const installed =
    namesExistingCluster(context) || (await readRecord(context))?.cluster || (await lastHandover(context));
  const object = `node ${nodeIp}`;
  const at = context.ports.clock.now().toISOString();
  return stop(context, installed ? 'talos-api-unreachable' : 'talos-maintenance-unreachable', {
    component: 'talos',
    object,
    evidence: [{ source: 'talosctl', object, message: error.answer.stderr, at }],
  });
}

async function installedByOthers(context: PhaseContext): Promise<Error> {
  const { spec, folder } = context;
  const object = `node ${spec.nodeIp}`;
  const known = await knownAuthority(context);
  if (known !== null) return new Blocked([keysGone(context, known)]);
  if (spec.mode === 'recover') {
    return stop(context, 'key-material-missing', {
      component: 'talos',
      object,
      facts: { file: SITE_FILES.talosconfig },
    });
  }
  return stop(context, 'talos-already-configured', {
    component: 'talos',
    object,
    reason: `The node ${spec.nodeIp} answers, but it is not in maintenance mode: it is already installed, and ${folder.root} contains no talosconfig to prove that it belongs to this site. Nothing was changed.`,
  });
}

function emptyNode(context: PhaseContext): Error {
  const { spec } = context;
  return stop(context, 'input-invalid', {
    component: 'talos',
    object: `node ${spec.nodeIp}`,
    reason: `Files of an existing cluster were given, but the node ${spec.nodeIp} is waiting for its first configuration: it has no cluster.`,
    advice: advise`Check ${asCode('--node-ip')}; to install this node from scratch, start without ${asCode('--kubeconfig')} and ${asCode('--talosconfig')}.`,
  });
}

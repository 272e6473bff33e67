import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { NodeMode, TalosError, TalosTarget } from '../../ports/talos.ts';
import { stop } from '../../stop.ts';
import { lastHandover } from './handover.ts';
import { openOwnNode } from './identity.ts';
import { namesExistingCluster, nodeTarget } from './node-target.ts';
import { readRecord } from './site-record.ts';

/** `empty`: waits for its first configuration. `ours`: it let us in with this site's talosconfig. */
export type NodeState =
  | { readonly state: 'empty' }
  | { readonly state: 'ours'; readonly target: TalosTarget; readonly version: string };

/** Takes what stands at the node's address, gives what it is to this site. Stops in words where it is not ours, or not there. */
export async function judgeNode(context: PhaseContext, node: NodeMode): Promise<NodeState> {
  if (node.mode === 'silent') throw await silent(context, node.error);
  if (node.mode === 'maintenance') {
    if (namesExistingCluster(context)) throw emptyNode(context);
    return { state: 'empty' };
  }
  const target = await nodeTarget(context);
  if (!target) throw installedByOthers(context);
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

function installedByOthers(context: PhaseContext): Error {
  const { spec, folder } = context;
  const object = `node ${spec.nodeIp}`;
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
    reason: `The node ${spec.nodeIp} answers, but it is not in maintenance mode: it is installed already, and ${folder.root} holds no talosconfig that would show it to be this site's. Nothing was changed.`,
  });
}

function emptyNode(context: PhaseContext): Error {
  const { spec } = context;
  return stop(context, 'input-invalid', {
    component: 'talos',
    object: `node ${spec.nodeIp}`,
    reason: `The files of an existing cluster were named, but the node ${spec.nodeIp} waits for its first configuration: there is no cluster on it.`,
    nextAction: 'Check --node-ip; to install this node afresh, start without --kubeconfig and --talosconfig.',
  });
}

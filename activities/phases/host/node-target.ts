import { Blocked } from '../../blocked.ts';
import { talosconfigPath } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { ensureTalosconfig, keyFileGone } from './key-material.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { TalosTarget } from '../../ports/talos.ts';

/**
 * The node with the talosconfig that opens it: the one that the operator gave, else the site's own. Null if there is
 * none, and with it no proof of whose node it is. No environment variable has a say.
 */
export async function nodeTarget(context: Pick<PhaseContext, 'spec' | 'folder'>): Promise<TalosTarget | null> {
  const { spec, folder } = context;
  const known = spec.existingCluster.talosconfig !== null || (await folder.exists(SITE_FILES.talosconfig));
  return known ? { nodeIp: spec.nodeIp, talosconfig: talosconfigPath(context) } : null;
}

/**
 * The same for a step that has to do with the node: null only where the operator named a kubeconfig and no talosconfig, and Talos is
 * left as it is. One that is lost is made again of the site's secrets. Throws Blocked where these are lost, too.
 */
export async function neededTarget(context: PhaseContext): Promise<TalosTarget | null> {
  if (context.spec.existingCluster.kubeconfig === null) await ensureTalosconfig(context);
  const target = await nodeTarget(context);
  if (target === null && context.spec.existingCluster.kubeconfig === null)
    throw new Blocked([keyFileGone(context, SITE_FILES.talosconfig)]);
  return target;
}

/** Says whether the operator named the files of an existing cluster: it is used as it is, and neither file is written. */
export function namesExistingCluster({ spec }: Pick<PhaseContext, 'spec'>): boolean {
  return spec.existingCluster.kubeconfig !== null || spec.existingCluster.talosconfig !== null;
}

/** What the host phase says where only a kubeconfig was named: the node itself is not its business then. */
export const LEFT_ALONE = 'a kubeconfig but no talosconfig was given: Talos is not changed';

import { talosconfigPath } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { TalosTarget } from '../../ports/talos.ts';

/**
 * Takes a phase's context, gives the node with the talosconfig that opens it: the one that the operator named, else the site's
 * own. Null where there is none, and with it nothing that could prove whose node it is. No environment variable has a say.
 */
export async function nodeTarget(context: Pick<PhaseContext, 'spec' | 'folder'>): Promise<TalosTarget | null> {
  const { spec, folder } = context;
  const known = spec.existingCluster.talosconfig !== null || (await folder.exists(SITE_FILES.talosconfig));
  return known ? { nodeIp: spec.nodeIp, talosconfig: talosconfigPath(context) } : null;
}

/** Says whether the operator named the files of an existing cluster: it is used as it is, and neither file is written. */
export function namesExistingCluster({ spec }: Pick<PhaseContext, 'spec'>): boolean {
  return spec.existingCluster.kubeconfig !== null || spec.existingCluster.talosconfig !== null;
}

/** What the host phase says where only a kubeconfig was named: the node itself is not its business then. */
export const LEFT_ALONE = 'a kubeconfig was named and no talosconfig: Talos is left as it is';

import { existsSync } from 'node:fs';
import { KubeconfigRefused, kubeconfigParts } from '../../kubernetes/kubeconfig.ts';
import { readRegularFileSync } from '../../system/read-file.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { Site } from './site.ts';
import { advise, client } from '../../model/advice.ts';
import { UserError } from '../terminal/failure.ts';
import { advisedError, callOf } from './hints.ts';
import type { CallContext } from './hints.ts';

/**
 * The file that opens a site's cluster; null before there is one. A simulated site has none. Throws a UserError for a file of the
 * folder that holds more than data: only one that a person named may run programs.
 */
export function kubeconfigOf(site: Site): string | null {
  const path = kubeconfigPathOf(site);
  if (path === null || path === site.record?.spec.existingCluster.kubeconfig) return path;
  try {
    kubeconfigParts(readRegularFileSync(path));
    return path;
  } catch (error) {
    if (!(error instanceof KubeconfigRefused)) throw error;
    throw advisedError(
      EXIT.missing,
      advise`${path} is not used: ${error.message}. If you did not write it, do not trust the node. Move the file away and run ${client('start', '--recover')}: that creates a new one from the node.`,
      { cause: error },
    );
  }
}

/** The same, for what cannot do without a cluster. Throws a UserError, exit 7, where there is none yet. */
export function neededKubeconfig(context: CallContext, site: Site): string {
  const path = kubeconfigOf(site);
  if (path !== null) return path;
  throw new UserError(
    EXIT.missing,
    `No kubeconfig for ${site.siteId} yet: its cluster was not installed from this folder. ` +
      `\`${callOf(context, site, 'status')}\` shows how far the install is.`,
  );
}

/** The same file without the check: for reading only, never for connecting. */
export function kubeconfigPathOf(site: Site): string | null {
  if (site.simulated) return null;
  const named = site.record?.spec.existingCluster.kubeconfig ?? null;
  const own = site.folder.path(SITE_FILES.kubeconfig);
  return named ?? (existsSync(own) ? own : null);
}

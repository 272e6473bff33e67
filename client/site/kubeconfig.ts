import { existsSync, readFileSync } from 'node:fs';
import { KubeconfigRefused, kubeconfigParts } from '../../kubernetes/kubeconfig.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import type { Site } from './site.ts';

/**
 * Takes a site, gives the file that opens its cluster; null before there is one. A simulated site has none. Throws a UserError
 * for a file of the folder that holds more than data: only one that a person named may run programs.
 */
export function kubeconfigOf(site: Site): string | null {
  const path = kubeconfigPathOf(site);
  if (path === null || path === site.record?.spec.existingCluster.kubeconfig) return path;
  try {
    kubeconfigParts(readFileSync(path, 'utf8'));
    return path;
  } catch (error) {
    if (!(error instanceof KubeconfigRefused)) throw error;
    throw new UserError(
      EXIT.missing,
      `${path} is not used: ${error.message}. If you did not write it, distrust the node. ` +
        `Move the file away and run \`appliance-client start --recover\`: a new one is made of what the node gives.`,
      { cause: error },
    );
  }
}

/** The same file, to be read and not to be obeyed. */
export function kubeconfigPathOf(site: Site): string | null {
  if (site.simulated) return null;
  const named = site.record?.spec.existingCluster.kubeconfig ?? null;
  const own = site.folder.path(SITE_FILES.kubeconfig);
  return named ?? (existsSync(own) ? own : null);
}

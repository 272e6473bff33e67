import { existsSync } from 'node:fs';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { Site } from './site.ts';

/** Takes a site, gives the file that opens its cluster; null before there is one. A simulated site has none. */
export function kubeconfigOf(site: Site): string | null {
  const named = site.record?.spec.existingCluster.kubeconfig ?? null;
  const own = site.folder.path(SITE_FILES.kubeconfig);
  if (site.simulated) return null;
  return named ?? (existsSync(own) ? own : null);
}

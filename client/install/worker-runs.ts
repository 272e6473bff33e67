import type { CommandContext } from '../context.ts';
import type { Site } from '../site/site.ts';
import type { InstallClient } from './install-client.ts';

/** Says whether a worker is there for a site's installs: of the local server's this machine knows, of another's the server. */
export async function workerRuns({ services }: CommandContext, site: Site, installs: InstallClient): Promise<boolean> {
  if ((await services.runningWorker(site.home)) !== null) return true;
  return !installs.local && (await installs.hasWorker());
}

import { knownOperatorId } from '../../site-folder/operator.ts';
import type { CommandContext } from '../context.ts';
import type { Site } from '../site/site.ts';
import type { InstallClient } from './install-client.ts';

/** Whether a worker serves the site's installs: this machine knows those of the local server, a remote server knows its own. */
export async function workerRuns(
  { services, io }: CommandContext,
  site: Site,
  installs: InstallClient,
): Promise<boolean> {
  const [worker, operatorId] = await Promise.all([services.runningWorker(site.home), knownOperatorId(io.env)]);
  // A worker of another state folder, of the same user, polls another queue.
  if (worker !== null && (worker.operator === undefined || worker.operator === operatorId)) return true;
  return !installs.local && (await installs.hasWorker(site.siteId));
}

import { neededKubeconfig } from '../site/kubeconfig.ts';
import type { ClusterReader } from '../../observation/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import type { Site } from '../site/site.ts';

/** Opens a reader of the site's cluster for `use` and closes it. Throws a UserError when there is no cluster, or no answer. */
export async function withCluster<Value>(
  context: CommandContext,
  site: Site,
  use: (reader: ClusterReader) => Promise<Value>,
): Promise<Value> {
  const kubeconfig = neededKubeconfig(context, site);
  const reader = await context.services.reader(kubeconfig);
  try {
    return await use(reader);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ReadError')) throw error;
    throw new UserError(EXIT.missing, `The request to the cluster of ${site.siteId} failed: ${error.message}`, {
      cause: error,
    });
  } finally {
    await reader.close();
  }
}

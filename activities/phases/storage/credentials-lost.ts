import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../../../model/appliance.ts';
import type { Cluster } from '../../ports/kubernetes.ts';

/**
 * Says whether the database's volume is there and its credentials are not: then new credentials would be made that do not open
 * the old data. Reads only, so preflight asks it before anything is touched.
 */
export async function credentialsLost(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const claim = await cluster.get(ref.claim(NAMESPACES.workloads, OBJECTS.postgresClaim), signal);
  if (!claim || claim.metadata.deletionTimestamp) return false;
  return (await cluster.get(ref.secret(NAMESPACES.workloads, OBJECTS.databaseSecret), signal)) === null;
}

import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../../../model/appliance.ts';
import { initialTenant } from '../../../model/initial-tenant.ts';
import type { InitialTenant } from '../../../model/initial-tenant.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { putSecret } from './put-secret.ts';
import { RETRY, advise } from '../../../model/advice.ts';

const SECRET = ref.secret(NAMESPACES.workloads, OBJECTS.initialTenantSecret);

/**
 * Puts the first tenant of the operator's file where the bootstrap job looks for it, unless the database is set up already. The
 * file wins over what an earlier run has put there. Gives what was done, or null.
 */
export async function provideInitialTenant(context: PhaseContext, cluster: Cluster): Promise<string | null> {
  const { facts, folder, signal } = context;
  if ((facts.usersCount ?? 0) > 0) return null;
  const text = await folder.read(SITE_FILES.initialTenant);
  if (text === null) return null;
  await folder.protect(SITE_FILES.initialTenant);
  return (await putSecret(cluster, SECRET, parsed(context, text), signal)) ? 'First tenant stored' : null;
}

/** Removes the first tenant's values, the password among them, from the cluster and from the folder: the tenant stands. */
export async function forgetInitialTenant({ folder, signal }: PhaseContext, cluster: Cluster): Promise<void> {
  if (await cluster.get(SECRET, signal)) await cluster.delete(SECRET, {}, signal);
  await folder.remove(SITE_FILES.initialTenant);
}

/** Names keys and never values: one of them is a password. */
function parsed(context: PhaseContext, text: string): InitialTenant {
  const read = initialTenant.safeParse(json(text));
  if (read.success) return read.data;
  const path = context.folder.path(SITE_FILES.initialTenant);
  const keys = [...new Set(read.error.issues.map((issue) => String(issue.path[0] ?? 'all keys')))];
  throw stop(context, 'input-invalid', {
    component: 'bootstrap',
    object: path,
    reason: `${path} does not describe the first tenant. Missing or invalid: ${keys.join(', ')}.`,
    advice: advise`Write it as one JSON object of strings with the keys ${Object.keys(initialTenant.shape).join(', ')}; then ${RETRY}.`,
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

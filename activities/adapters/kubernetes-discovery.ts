import { z } from 'zod';
import type { ResourceKind } from '../../kubernetes/addresses.ts';
import { ClusterError } from '../ports/kubernetes.ts';
import type { ApiConnection } from './kubernetes-api.ts';

/** Where objects of one kind lie: `/apis/apps/v1`, `deployments`, and whether a namespace stands between. */
export interface Resource {
  readonly root: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const resourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/**
 * From a kind to its resource, as the server itself reports it. Null if the server does not know the kind now: a
 * definition that is installed a moment later is found by the next call.
 */
export function createResourceFinder(
  call: ApiConnection,
): (kind: ResourceKind, signal: AbortSignal) => Promise<Resource | null> {
  const known = new Map<string, Resource>();
  return async ({ apiVersion, kind }, signal) => {
    const found = known.get(`${apiVersion}/${kind}`);
    if (found) return found;
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const text = await call({ method: 'GET', path: root, object: `the resources of ${apiVersion}`, signal }).catch(
      (error: unknown) => {
        if (error instanceof ClusterError && error.fault === 'not-found') return null;
        throw error;
      },
    );
    if (text === null) return null;
    for (const resource of resourceList.parse(JSON.parse(text)).resources) {
      // `pods/status` and the like are parts of a resource, not resources.
      if (resource.name.includes('/')) continue;
      known.set(`${apiVersion}/${resource.kind}`, { root, plural: resource.name, namespaced: resource.namespaced });
    }
    return known.get(`${apiVersion}/${kind}`) ?? null;
  };
}

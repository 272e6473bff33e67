import { z } from 'zod';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { Resource } from '../../../observation/index.ts';
import { OBSERVED } from '../../../observation/index.ts';
import { isClusterScoped } from '../../../simulation/cluster/store.ts';

export interface ServedResource extends Resource {
  readonly namespaced: boolean;
}

/** What a path of the API means. */
export type Address =
  | { readonly kind: 'discovery'; readonly apiVersion: string }
  | { readonly kind: 'collection'; readonly resource: Resource; readonly namespace: string | undefined }
  | { readonly kind: 'object'; readonly ref: ObjectRef }
  | { readonly kind: 'log'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'unknown' };

/** Kinds that Kubernetes brings and nothing observes. */
const OTHERS: readonly Resource[] = [
  { apiVersion: 'v1', plural: 'namespaces', kind: 'Namespace' },
  { apiVersion: 'v1', plural: 'secrets', kind: 'Secret' },
  { apiVersion: 'v1', plural: 'persistentvolumes', kind: 'PersistentVolume' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'clusterrolebindings', kind: 'ClusterRoleBinding' },
];

const definition = z.looseObject({
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string(), plural: z.string() }),
    versions: z.array(z.object({ name: z.string() })),
  }),
});

/** The kinds that a cluster serves now: those of Kubernetes, and those of which it has definitions. */
export async function resourcesOf(cluster: Cluster, signal: AbortSignal): Promise<ServedResource[]> {
  const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  const defined = (await cluster.list(kind, {}, signal)).flatMap((object) => {
    const { group, names, versions } = definition.parse(object).spec;
    return versions.map(({ name }) => ({ apiVersion: `${group}/${name}`, ...names }));
  });
  const own = OBSERVED.map(({ resource }) => resource).filter(({ apiVersion }) => !/\.toolkit\./.test(apiVersion));
  return [...own, ...OTHERS, ...defined].map((one) => ({ ...one, namespaced: !isClusterScoped(one.kind) }));
}

/** Parses a path such as `/apis/apps/v1/namespaces/msp/deployments/db`. */
export function addressOf(pathname: string, resources: readonly ServedResource[]): Address {
  const [root = '', ...segments] = pathname.split('/').slice(1).map(decodeURIComponent);
  const apiVersion = segments.splice(0, root === 'apis' ? 2 : 1).join('/');
  if (segments.length === 0) return { kind: 'discovery', apiVersion };
  const namespace = segments[0] === 'namespaces' && segments.length > 2 ? segments.splice(0, 2)[1] : undefined;
  const [plural, name, part] = segments;
  const resource = resources.find((one) => one.apiVersion === apiVersion && one.plural === plural);
  if (!resource) return { kind: 'unknown' };
  if (name === undefined) return { kind: 'collection', resource, namespace };
  if (part === 'log') return { kind: 'log', namespace: namespace ?? '', name };
  return { kind: 'object', ref: { apiVersion, kind: resource.kind, name, ...(namespace && { namespace }) } };
}

import { z } from 'zod';
import { readRegularFile } from '../../system/read-file.ts';
import type { ObjectRef, ResourceKind } from '../../kubernetes/addresses.ts';
import { refOf } from '../../kubernetes/addresses.ts';
import { FIELD_MANAGER } from '../../model/appliance.ts';
import { kubernetesObject } from '../../model/snapshot.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import type { ClusterReader } from '../../observation/cluster-reader.ts';
import { connectReader } from '../../observation/connect.ts';
import { ClusterError } from '../ports/kubernetes.ts';
import type { Cluster, KubernetesPort } from '../ports/kubernetes.ts';
import { connectApi } from './kubernetes-api.ts';
import type { ApiConnection } from './kubernetes-api.ts';
import { createResourceFinder } from './kubernetes-discovery.ts';

/** How many objects the server gives at once. */
const PAGE_SIZE = 500;
const LOG_LIMIT_BYTES = 1_048_576;

/**
 * Gives the port to real API servers. A cluster is chosen by the file that is named, never by the environment. As long as the
 * file says the same, the same connections are used: a parked install looks every few seconds, all night long.
 */
export function kubernetesPort(): KubernetesPort {
  const connected = new Map<string, { readonly text: string; readonly as: Map<string | undefined, Cluster> } & Way>();
  return {
    connect: async (kubeconfig, as) => {
      const text = await readRegularFile(kubeconfig);
      let known = connected.get(kubeconfig);
      if (known?.text !== text) {
        const call = connectApi(kubeconfig);
        const reader = await connectReader({ kubeconfig });
        known = { text, call, find: createResourceFinder(call), reader, as: new Map() };
        connected.set(kubeconfig, known);
      }
      let cluster = known.as.get(as);
      if (!cluster) known.as.set(as, (cluster = createCluster(known, as)));
      return cluster;
    },
  };
}

/** The connection to one API server. */
interface Way {
  readonly call: ApiConnection;
  readonly find: ReturnType<typeof createResourceFinder>;
  readonly reader: ClusterReader;
}

/** `as`: the user as whom writes are sent. */
function createCluster({ call, find, reader }: Way, as: string | undefined): Cluster {
  const pathOf = async (ref: ObjectRef, signal: AbortSignal): Promise<{ collection: string; object: string }> => {
    const resource = await find(ref, signal);
    if (!resource) throw unknownKind(ref);
    const namespace = resource.namespaced ? `/namespaces/${encodeURIComponent(namespaceOf(ref))}` : '';
    const collection = `${resource.root}${namespace}/${resource.plural}`;
    return { collection, object: `${collection}/${encodeURIComponent(ref.name)}` };
  };

  return {
    reader,
    get: async (ref, signal) => {
      if (!(await find(ref, signal))) return null;
      const path = (await pathOf(ref, signal)).object;
      const text = await call({ method: 'GET', path, object: nameOf(ref), signal }).catch(nothingWhereNotFound);
      return text === null ? null : objectIn(text);
    },
    list: async (kind, query, signal) => {
      const resource = await find(kind, signal);
      if (!resource) return [];
      const namespace = resource.namespaced && query.namespace ? `/namespaces/${query.namespace}` : '';
      const path = `${resource.root}${namespace}/${resource.plural}`;
      return listAll(
        call,
        path,
        kind,
        { labelSelector: query.labelSelector, fieldSelector: query.fieldSelector },
        signal,
      );
    },
    apply: async (object, signal, options) => {
      const ref = refOf(object);
      const text = await call({
        method: 'PATCH',
        as,
        path: (await pathOf(ref, signal)).object,
        query: { fieldManager: FIELD_MANAGER, force: options?.force ? 'true' : undefined },
        contentType: 'application/apply-patch+yaml',
        body: object,
        object: nameOf(ref),
        signal,
      });
      return objectIn(text);
    },
    create: async (object, signal) => {
      const ref = refOf(object);
      const text = await call({
        method: 'POST',
        as,
        path: (await pathOf(ref, signal)).collection,
        query: { fieldManager: FIELD_MANAGER },
        body: object,
        object: nameOf(ref),
        signal,
      });
      return objectIn(text);
    },
    patch: async (ref, patch, signal) => {
      const text = await call({
        method: 'PATCH',
        as,
        path: (await pathOf(ref, signal)).object,
        query: { fieldManager: FIELD_MANAGER },
        contentType: 'application/merge-patch+json',
        body: patch,
        object: nameOf(ref),
        signal,
      });
      return objectIn(text);
    },
    delete: async (ref, preconditions, signal) => {
      if (!(await find(ref, signal))) return false;
      const isSure = preconditions.uid !== undefined || preconditions.resourceVersion !== undefined;
      const text = await call({
        method: 'DELETE',
        as,
        path: (await pathOf(ref, signal)).object,
        // Said outright, because a Job's own default is to leave its pods behind.
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          ...(isSure && { preconditions }),
        },
        object: nameOf(ref),
        signal,
      }).catch(isSure ? nothingWhereGoneOrAnother : nothingWhereNotFound);
      return text !== null;
    },
    ready: async (signal) =>
      call({ method: 'GET', path: '/readyz', object: 'the API server', signal }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ClusterError && !['tls', 'unauthorized'].includes(error.fault)) return false;
          throw error;
        },
      ),
    podLog: async ({ namespace, name, container, tailLines }, signal) =>
      call({
        method: 'GET',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`,
        query: { container, tailLines: String(tailLines), limitBytes: String(LOG_LIMIT_BYTES) },
        object: `the log of Pod ${namespace}/${name}`,
        signal,
      }),
  };
}

const page = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(z.looseObject({})),
});

async function listAll(
  call: ApiConnection,
  path: string,
  { apiVersion, kind }: ResourceKind,
  selectors: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  let next: string | undefined;
  do {
    const query = { ...selectors, limit: String(PAGE_SIZE), continue: next };
    const text = await call({ method: 'GET', path, query, object: `every ${kind}`, signal });
    const { metadata, items } = page.parse(JSON.parse(text));
    // The items of a list do not say what they are: the list does.
    for (const item of items) objects.push(kubernetesObject.parse({ apiVersion, kind, ...item }));
    next = metadata.continue || undefined;
  } while (next !== undefined);
  return objects;
}

function objectIn(text: string): KubernetesObject {
  return kubernetesObject.parse(JSON.parse(text));
}

function nameOf({ kind, namespace, name }: ObjectRef): string {
  return namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

function namespaceOf(ref: ObjectRef): string {
  if (ref.namespace) return ref.namespace;
  throw new ClusterError('invalid', nameOf(ref), `${nameOf(ref)}: an object of this kind needs a namespace`);
}

function unknownKind(ref: ObjectRef): ClusterError {
  return new ClusterError(
    'not-found',
    nameOf(ref),
    `${nameOf(ref)}: the cluster has no ${ref.kind} of ${ref.apiVersion}`,
  );
}

function nothingWhereNotFound(error: unknown): null {
  if (error instanceof ClusterError && error.fault === 'not-found') return null;
  throw error;
}

/** A uid or version that does not match is a conflict: another object has the name by now, or this one has changed. */
function nothingWhereGoneOrAnother(error: unknown): null {
  if (error instanceof ClusterError && (error.fault === 'not-found' || error.fault === 'conflict')) return null;
  throw error;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { ClusterError, type Cluster, type ClusterFault } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { ReadError, type Resource } from '../../../observation/index.ts';
import { addressOf, resourcesOf } from './address.ts';
import type { FakeKubernetes } from './index.ts';

/** One request to a fake API server, on its way from HTTP to the fake and back. What is refused is decided there. */
interface Call {
  readonly fake: FakeKubernetes;
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** Answers one request. Never rejects. */
export async function answerOf(
  fake: FakeKubernetes,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
): Promise<void> {
  const ended = new AbortController();
  response.once('close', () => ended.abort());
  try {
    await act({ fake, request, url, response, signal: ended.signal });
  } catch (error) {
    if (ended.signal.aborted) return;
    const { code, message, reason } = statusOf(error);
    refuse(response, code, message, reason);
  }
}

export function refuse(response: ServerResponse, code: number, message: string, reason = ''): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }));
}

async function act(call: Call): Promise<void> {
  const { fake, request, url, response, signal } = call;
  if (url.pathname === '/readyz') {
    await fake.reader.ready({ signal, timeoutMs: 0 });
    response.end('ok');
    return;
  }
  const resources = await resourcesOf(fake.cluster, signal);
  const address = addressOf(url.pathname, resources);
  switch (address.kind) {
    case 'unknown':
      throw new ReadError('the server could not find the requested resource', 404);
    case 'discovery': {
      const served = resources.filter(({ apiVersion }) => apiVersion === address.apiVersion);
      if (served.length === 0) throw new ReadError(`there is no ${address.apiVersion}`, 404);
      const told = served.map(({ plural, kind, namespaced }) => ({ name: plural, kind, namespaced }));
      return give(response, { resources: told });
    }
    case 'log':
      response.end(await logAt(call, address));
      return;
    case 'object':
      return give(response, await objectAt(call, address.ref));
    case 'collection':
      if (request.method === 'POST') {
        return give(response, await writerOf(call).create((await json(request)) as KubernetesObject, signal), 201);
      }
      return url.searchParams.get('watch') === 'true' ? watchOf(call, address) : listOf(call, address);
  }
}

function give(response: ServerResponse, value: unknown, code = 200): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Who writes: the user who is impersonated, else the administrator. */
function writerOf({ fake, request }: Call): Cluster {
  const user = request.headers['impersonate-user'];
  return typeof user === 'string' ? fake.as(user) : fake.cluster;
}

/** GET, PATCH or DELETE of one object. */
async function objectAt(call: Call, ref: ObjectRef): Promise<unknown> {
  const { request, url, signal } = call;
  const cluster = writerOf(call);
  const read = async (): Promise<KubernetesObject> => {
    const object = await cluster.get(ref, signal);
    if (!object) throw new ReadError(`${url.pathname} not found`, 404);
    return object;
  };
  if (request.method === 'GET') return read();
  const body = (await json(request)) as Record<string, unknown>;
  if (request.method === 'DELETE') {
    const { uid } = (body['preconditions'] ?? {}) as { uid?: string };
    if (await cluster.delete(ref, uid === undefined ? {} : { uid }, signal)) return { status: 'Success' };
    await read();
    throw new ReadError('the UID in the precondition is not that of the object', 409);
  }
  if (request.headers['content-type'] !== 'application/apply-patch+yaml') return cluster.patch(ref, body, signal);
  const force = url.searchParams.get('force') === 'true';
  return cluster.apply(body as KubernetesObject, signal, { force });
}

interface Collection {
  readonly resource: Resource;
  readonly namespace: string | undefined;
}

function wantedOf({ url: { searchParams }, signal }: Call, { resource, namespace }: Collection) {
  return {
    resource,
    labelSelector: searchParams.get('labelSelector') ?? '',
    fieldSelector: searchParams.get('fieldSelector') ?? '',
    ...(namespace !== undefined && { namespace }),
    signal,
    timeoutMs: 0,
  };
}

async function listOf(call: Call, collection: Collection): Promise<void> {
  const { fake, url, response } = call;
  const { items, resourceVersion } = await fake.reader.list(wantedOf(call, collection));
  const start = Number(url.searchParams.get('continue') ?? 0);
  const end = start + Number(url.searchParams.get('limit') ?? items.length);
  // An item of a list says neither its kind nor its version: JSON leaves out what is undefined.
  const bare = items.slice(start, end).map((item) => ({ ...item, apiVersion: undefined, kind: undefined }));
  give(response, { metadata: { resourceVersion, ...(end < items.length && { continue: String(end) }) }, items: bare });
}

async function watchOf(call: Call, collection: Collection): Promise<void> {
  const { fake, url, response, signal } = call;
  const resourceVersion = url.searchParams.get('resourceVersion') ?? '';
  const tell = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  try {
    const changes = fake.reader.watch({ ...wantedOf(call, collection), resourceVersion });
    for await (const { type, object } of changes) tell(type, object);
  } catch (error) {
    if (!signal.aborted) tell('ERROR', { kind: 'Status', ...statusOf(error) });
  }
  response.end();
}

async function logAt(
  { fake, url: { searchParams }, signal }: Call,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const number = (key: string) => Number(searchParams.get(key) ?? Number.MAX_SAFE_INTEGER);
  return fake.reader.podLog({
    namespace,
    pod: name,
    container: searchParams.get('container') ?? '',
    previous: searchParams.get('previous') === 'true',
    tailLines: number('tailLines'),
    limitBytes: number('limitBytes'),
    signal,
    timeoutMs: 0,
  });
}

const CODES: Partial<Record<ClusterFault, readonly [code: number, reason: string]>> = {
  'not-found': [404, 'NotFound'],
  'already-exists': [409, 'AlreadyExists'],
  conflict: [409, 'Conflict'],
  invalid: [400, 'BadRequest'],
  forbidden: [403, 'Forbidden'],
};

function statusOf(error: unknown): { code: number; message: string; reason: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ReadError) return { code: error.status ?? 500, message, reason: '' };
  const [code, reason] = (error instanceof ClusterError && CODES[error.fault]) || [500, 'InternalError'];
  return { code, message, reason };
}

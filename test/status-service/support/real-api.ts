import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { Agent, fetch } from 'undici';
import { startApiServer } from '../../support/api-server.ts';
import { NAMESPACES } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { OBSERVED } from '../../../observation/resources.ts';
import { chartFolder, helm } from '../../charts/programs.ts';
import { needs } from '../../support/needs.ts';

needs('helm');

/** A real API server with the status page's own account on it, as its chart makes it. */
export interface RealApi {
  /** What a pod under that account has. */
  readonly env: Readonly<Record<string, string>>;
  /** Creates an object and, where it has one, its status. */
  create(object: KubernetesObject): Promise<void>;
  putStatus(object: KubernetesObject): Promise<void>;
  /** Sends a request with the page's own token, gives the answer's status code. */
  asPage(method: string, path: string, body?: unknown): Promise<number>;
  stop(): Promise<void>;
}

const ACCOUNT = 'appliance-status';
const plurals = new Map(OBSERVED.map(({ resource }) => [resource.kind, resource]));

/** The URL path of the object's collection. */
function collection({ kind, metadata }: KubernetesObject): string {
  const resource = plurals.get(kind);
  if (!resource) throw new Error(`nothing observes a ${kind}`);
  const root = resource.apiVersion.includes('/') ? 'apis' : 'api';
  const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  return `/${root}/${resource.apiVersion}${namespace}/${resource.plural}`;
}

/** What the API server writes itself it does not take from a client. */
function bare(object: KubernetesObject): object {
  const { managedFields: _managed, uid: _uid, creationTimestamp: _created, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Starts it with these namespaces besides the appliance's own, and installs the chart of the status page. */
export async function startRealApi(namespaces: readonly string[] = []): Promise<RealApi> {
  const folder = await mkdtemp(join(tmpdir(), 'status-real-api-'));
  const api = await startApiServer({
    stateDir: join(folder, 'state'),
    node: { name: 'appliance', address: '127.0.0.1' },
  });
  const stop = async (): Promise<void> => {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const config = new KubeConfig();
    config.loadFromFile(api.kubeconfigPath);
    const core = config.makeApiClient(CoreV1Api);
    for (const name of [...Object.values(NAMESPACES), ...namespaces])
      await core.createNamespace({ body: { metadata: { name } } }).catch(unlessThere);
    const chart = ['install', ACCOUNT, chartFolder(ACCOUNT), '-n', NAMESPACES.appliance];
    await helm(chart, { env: { KUBECONFIG: api.kubeconfigPath } });
    const { status } = await core.createNamespacedServiceAccountToken({
      name: ACCOUNT,
      namespace: NAMESPACES.appliance,
      body: { spec: { audiences: [] } },
    });
    const token = status?.token ?? '';
    const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString();
    const ca = decoded(config.getCurrentCluster()?.caData);
    const admin = config.getCurrentUser();
    await writeFile(join(folder, 'token'), token, { mode: 0o600 });
    await writeFile(join(folder, 'ca.crt'), ca);
    const owner = new Agent({ connect: { ca, cert: decoded(admin?.certData), key: decoded(admin?.keyData) } });
    const page = new Agent({ connect: { ca } });
    const send = async (dispatcher: Agent, method: string, path: string, body?: unknown, headers = {}) => {
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const type = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
      const answer = await fetch(`${api.url}${path}`, {
        dispatcher,
        method,
        headers: { ...type, ...headers },
        ...text,
      });
      return { code: answer.status, text: await answer.text() };
    };
    const must = async (method: string, path: string, body: unknown): Promise<void> => {
      const { code, text } = await send(owner, method, path, body);
      if (code >= 400) throw new Error(`${method} ${path}: ${text.slice(0, 500)}`);
    };
    const putStatus = (object: KubernetesObject): Promise<void> =>
      must('PUT', `${collection(object)}/${object.metadata.name}/status`, bare(object));
    const { hostname, port } = new URL(api.url);
    return {
      env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, SERVICE_ACCOUNT_DIR: folder },
      create: async (object) => {
        await must('POST', collection(object), bare(object));
        if (object['status'] !== undefined) await putStatus(object);
      },
      putStatus,
      asPage: async (method, path, body) =>
        (await send(page, method, path, body, { authorization: `Bearer ${token}` })).code,
      stop: async () => {
        await Promise.all([owner.destroy(), page.destroy()]);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 409)) throw error;
}

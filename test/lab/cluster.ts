import { PassThrough } from 'node:stream';
import path from 'node:path';
import { AppsV1Api, CoreV1Api, Exec, KubeConfig, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import type { V1Secret, V1Status } from '@kubernetes/client-node';
import type { Bench } from './bench.ts';
import { SITE } from './bench.ts';

export interface Kept {
  readonly credentials: Readonly<Record<string, V1Secret['data']>>;
  /** Name to uid and volume. */
  readonly claims: Readonly<Record<string, string>>;
  readonly rows: string;
}

const CREDENTIALS = ['db-credentials', 'redis-credentials', 'alga-core-sebastian-secrets', 'alga-psa-shared'];
const ROWS = `select (select count(*) from users), (select count(*) from tenants), (select count(*) from alga_bootstrap.seeding)`;

/** The lab's cluster, seen with the kubeconfig that the install fetched. */
export interface LabCluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  /** Runs SQL in the database `server` as its superuser, gives psql's unaligned output. */
  sql(query: string): Promise<string>;
  /** Asks a program in a pod of the workload on its own port, gives the JSON that it answers with. */
  ask(workload: string, port: number, route: string): Promise<unknown>;
  /** What no restart and no second install may change: credentials, claims and rows. */
  kept(): Promise<Kept>;
  /** Any kind of object, with the API's own deletes and lists. */
  readonly objects: KubernetesObjectApi;
  remove(kind: keyof typeof FLUX_KINDS, namespace: string, name: string): Promise<void>;
  /** `flux reconcile`: asks for a look now, and does not wait for its end. */
  reconcile(kind: keyof typeof FLUX_KINDS, namespace: string, name: string): Promise<void>;
  /** Every value of every Secret of the appliance, decoded. */
  secretValues(): Promise<string[]>;
}

export const FLUX_KINDS = {
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
} as const;

export function clusterOf({ home }: Bench): LabCluster {
  const config = new KubeConfig();
  config.loadFromFile(path.join(home, SITE, 'kubeconfig'));
  const core = config.makeApiClient(CoreV1Api);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const sql: LabCluster['sql'] = (query) => {
    const command = 'PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U postgres -d server -At -c "$0"';
    return exec(config, 'db-0', 'postgres', ['sh', '-c', command, query]);
  };
  return {
    core,
    apps: config.makeApiClient(AppsV1Api),
    objects,
    kept: async () => {
      const namespace = 'msp';
      const secrets = await Promise.all(CREDENTIALS.map((name) => core.readNamespacedSecret({ namespace, name })));
      const { items } = await core.listNamespacedPersistentVolumeClaim({ namespace });
      return {
        credentials: Object.fromEntries(secrets.map(({ metadata, data }) => [metadata?.name, data])),
        claims: Object.fromEntries(
          items.map(({ metadata, spec }) => [metadata?.name, `${metadata?.uid} ${spec?.volumeName}`]),
        ),
        rows: await sql(ROWS),
      };
    },
    remove: async (kind, namespace, name) => {
      await objects.delete({ apiVersion: FLUX_KINDS[kind], kind, metadata: { namespace, name } });
    },
    reconcile: async (kind, namespace, name) => {
      const annotations = { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() };
      const body = { apiVersion: FLUX_KINDS[kind], kind, metadata: { namespace, name, annotations } };
      await objects.patch(body, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    },
    sql,
    ask: async (workload, port, route) => {
      const labelSelector = `app.kubernetes.io/name=${workload}`;
      const { items } = await core.listNamespacedPod({ namespace: 'msp', labelSelector });
      const [pod] = items.filter(({ status }) => status?.phase === 'Running');
      if (!pod?.metadata?.name) throw new Error(`no pod of ${workload} runs`);
      const program = 'fetch(process.argv[1]).then((answer) => answer.text()).then(console.log)';
      const command = ['node', '-e', program, `http://127.0.0.1:${port}${route}`];
      return JSON.parse(await exec(config, pod.metadata.name, workload, command));
    },
    secretValues: async () => {
      const lists = await Promise.all(
        ['msp', 'appliance-system'].map((namespace) => core.listNamespacedSecret({ namespace })),
      );
      return lists
        .flatMap(({ items }) => items)
        .filter(({ type }) => type === 'Opaque')
        .flatMap(({ data }) => Object.values(data ?? {}))
        .map((value) => Buffer.from(value, 'base64').toString())
        .filter((value) => value.length >= 8);
    },
  };
}

async function exec(config: KubeConfig, pod: string, container: string, command: string[]): Promise<string> {
  const [out, error] = [new PassThrough(), new PassThrough()];
  const texts = [out, error].map(async (stream) => {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  });
  const ended = new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec('msp', pod, container, command, out, error, null, false, resolve).catch(reject);
  });
  const status = await ended;
  out.end();
  error.end();
  const [stdout = '', stderr = ''] = await Promise.all(texts);
  if (status.status !== 'Success') throw new Error(`${command.join(' ')}: ${status.message} ${stderr}`);
  return stdout.trim();
}

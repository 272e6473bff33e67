import { PassThrough } from 'node:stream';
import path from 'node:path';
import { CoreV1Api, Exec, KubeConfig } from '@kubernetes/client-node';
import type { V1Status } from '@kubernetes/client-node';
import type { Bench } from './bench.ts';
import { SITE } from './bench.ts';

/** The lab's cluster, seen with the kubeconfig that the install fetched. */
export interface LabCluster {
  readonly core: CoreV1Api;
  readonly config: KubeConfig;
  /** Runs SQL in the database `server` as its superuser, gives psql's unaligned output. */
  sql(query: string): Promise<string>;
  /** Every value of every Secret of the appliance, decoded. */
  secretValues(): Promise<string[]>;
}

export function clusterOf({ home }: Bench): LabCluster {
  const config = new KubeConfig();
  config.loadFromFile(path.join(home, SITE, 'kubeconfig'));
  const core = config.makeApiClient(CoreV1Api);
  return {
    core,
    config,
    sql: (query) => {
      const command = 'PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U postgres -d server -At -c "$0"';
      return exec(config, 'db-0', 'postgres', ['sh', '-c', command, query]);
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

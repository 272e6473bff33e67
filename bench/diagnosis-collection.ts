import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppsV1Api, BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { startApiServer } from '../lab/control-plane.ts';
import { collectSnapshot, connectReader } from '../observation/index.ts';

const PODS = 300;
const EVENTS = 3000;
const RUNS = 5;
const run = promisify(execFile);

/** The calls by which a status page would ask kubectl for the same picture, one after another. */
const KUBECTL: readonly (readonly string[])[] = [
  ['version'],
  ['get', '--raw', '/readyz'],
  ...['nodes', 'namespaces', 'storageclasses', 'persistentvolumes'].map((kind) => ['get', kind, '-o', 'json']),
  ...[
    'pods',
    'events',
    'persistentvolumeclaims',
    'configmaps',
    'services',
    'endpoints',
    'deployments',
    'statefulsets',
    'daemonsets',
    'replicasets',
    'jobs',
    'cronjobs',
  ].map((kind) => ['get', kind, '-A', '-o', 'json']),
  ['get', 'pods', '-n', 'msp', '-o', 'json'],
  ['get', 'events', '-n', 'msp', '-o', 'json'],
  ['get', 'jobs', '-n', 'msp', '-o', 'json'],
];

async function each<T>(items: readonly T[], width: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Creates the pods and events of the figure in the cluster. */
async function fill(kubeconfig: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  await core.createNamespace({ body: { metadata: { name: 'msp' } } });
  const labels = { app: 'x' };
  const podSpec = {
    containers: [
      {
        name: 'main',
        image: 'ghcr.io/nine-minds/workflow-worker:61e4a00e',
        env: Array.from({ length: 20 }, (_, n) => ({ name: `SETTING_${n}`, value: `value ${n}` })),
      },
    ],
  };
  const template = { metadata: { labels }, spec: { ...podSpec, restartPolicy: 'Always' } };
  await each([...Array.from({ length: 20 }).keys()], 10, (n) =>
    apps.createNamespacedDeployment({
      namespace: 'msp',
      body: { metadata: { name: `deploy-${n}` }, spec: { selector: { matchLabels: labels }, template } },
    }),
  );
  await batch.createNamespacedJob({
    namespace: 'msp',
    body: {
      metadata: { name: 'alga-core-sebastian-bootstrap-1' },
      spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } },
    },
  });
  await each([...Array.from({ length: PODS }).keys()], 20, (n) =>
    core.createNamespacedPod({ namespace: 'msp', body: { metadata: { name: `pod-${n}`, labels }, spec: podSpec } }),
  );
  await each([...Array.from({ length: EVENTS }).keys()], 40, (n) =>
    core.createNamespacedEvent({
      namespace: 'msp',
      body: {
        metadata: { name: `event-${n}` },
        involvedObject: { kind: 'Pod', namespace: 'msp', name: `pod-${n % PODS}` },
        type: n % 3 === 0 ? 'Warning' : 'Normal',
        reason: 'Pulling',
        message: `Pulling image "ghcr.io/nine-minds/workflow-worker:${n}"`,
        count: 1,
        firstTimestamp: new Date(),
        lastTimestamp: new Date(),
      },
    }),
  );
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What the measurement gives, times in milliseconds. */
export interface CollectionFigures {
  readonly collectMs: number;
  readonly kubectlMs: number;
  readonly factor: number;
  readonly extraMegabytes: number;
  readonly objects: number;
}

/** Measures one collection of a real API server's 300 pods and 3,000 events against the kubectl calls it replaces, side by side. */
export async function measureCollection(): Promise<CollectionFigures> {
  const stateDir = await mkdtemp(join(tmpdir(), 'bench-collection-'));
  const api = await startApiServer({ stateDir, node: { name: 'appliance', address: '127.0.0.1' } });
  try {
    await fill(api.kubeconfigPath);
    const kubectl = process.env['APPLIANCE_KUBECTL'] ?? 'kubectl';
    const reader = await connectReader({ kubeconfig: api.kubeconfigPath });
    const options = {
      site: { siteId: 'bench', nodeIp: null, appUrl: null },
      signal: new AbortController().signal,
      timeoutMs: 30_000,
    };
    const ours: number[] = [];
    const theirs: number[] = [];
    const once = await run(process.execPath, [
      join(import.meta.dirname, 'diagnosis-collection-once.ts'),
      api.kubeconfigPath,
    ]);
    const { extraMegabytes, objects } = z
      .object({ extraMegabytes: z.number(), objects: z.number() })
      .parse(JSON.parse(once.stdout));
    await collectSnapshot(reader, options);
    for (let round = 0; round < RUNS; round += 1) {
      const began = performance.now();
      await collectSnapshot(reader, options);
      ours.push(performance.now() - began);
      const start = performance.now();
      for (const args of KUBECTL)
        await run(kubectl, ['--kubeconfig', api.kubeconfigPath, ...args], { maxBuffer: 256 * 1024 * 1024 });
      theirs.push(performance.now() - start);
    }
    await reader.close();
    const [collectMs, kubectlMs] = [median(ours), median(theirs)];
    return { collectMs, kubectlMs, factor: kubectlMs / collectMs, extraMegabytes, objects };
  } finally {
    await api.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}

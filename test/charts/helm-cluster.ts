import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppsV1Api, AuthorizationV1Api, BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { startApiServer } from '../support/api-server.ts';
import { chartFolder, run, type Outcome } from './programs.ts';
import { valuesArguments } from './values.ts';
import { needs } from '../support/needs.ts';

needs('helm');

/** The Secrets that the chart alga-core makes, and its claims. */
export const SECRETS = ['alga-core-sebastian-secrets', 'db-credentials', 'redis-credentials'];
export const CLAIMS = [
  'alga-core-sebastian-postgres-data',
  'alga-core-sebastian-redis-data',
  'alga-core-sebastian-storage',
  'alga-core-sebastian-tenant-secrets',
];

export type SecretData = Record<string, Record<string, string> | undefined>;

/** A real API server, and Helm against it, in one namespace at a time: no controller runs that could empty one. */
export interface HelmCluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly namespace: string;
  /** Goes to a namespace of its own. */
  nextNamespace(): Promise<void>;
  /** Runs a Helm action for a release with the appliance's values; `more` are further arguments. */
  helm(action: string, release: string, more?: readonly string[]): Promise<Outcome>;
  /** Runs Helm with these very arguments in the namespace. */
  plainHelm(...args: string[]): Promise<Outcome>;
  credentials(): Promise<SecretData>;
  secretNames(): Promise<string[]>;
  claimNames(): Promise<string[]>;
  jobNames(): Promise<string[]>;
  workloadNames(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Gives what a run printed; throws with its own words when it failed. */
export async function done(outcome: Promise<Outcome>): Promise<string> {
  const { ok, stdout, stderr } = await outcome;
  if (!ok) throw new Error(stderr);
  return stdout;
}

const names = ({ items }: { items: { metadata?: { name?: string } }[] }) =>
  items.map(({ metadata }) => metadata?.name ?? '').toSorted();

export async function startHelmCluster(): Promise<HelmCluster> {
  const stateDir = mkdtempSync(join(tmpdir(), 'charts-cluster-'));
  const controlPlane = await startApiServer({ stateDir });
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfigPath);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const env = { KUBECONFIG: controlPlane.kubeconfigPath };
  let namespace = '';
  let counter = 0;
  // The status page may read the release selection there.
  await core.createNamespace({ body: { metadata: { name: 'alga-system' } } });
  return {
    core,
    apps,
    batch,
    authorization: config.makeApiClient(AuthorizationV1Api),
    get namespace() {
      return namespace;
    },
    nextNamespace: async () => {
      namespace = `msp-${++counter}`;
      await core.createNamespace({ body: { metadata: { name: namespace } } });
    },
    helm: (action, release, more = []) => {
      const { args, input } = valuesArguments(release, 'appliance');
      const values = action === 'uninstall' ? [] : [chartFolder(release), ...args, ...more];
      return run('helm', [action, release, '-n', namespace, ...values], { input, env });
    },
    plainHelm: (...args) => run('helm', [...args, '-n', namespace], { env }),
    credentials: async () => {
      const read = async (name: string) => [name, (await core.readNamespacedSecret({ name, namespace })).data];
      return Object.fromEntries(await Promise.all(SECRETS.map(read)));
    },
    secretNames: async () => names(await core.listNamespacedSecret({ namespace, fieldSelector: 'type=Opaque' })),
    claimNames: async () => {
      const { items } = await core.listNamespacedPersistentVolumeClaim({ namespace });
      // One that was deleted lingers here, for no controller takes its finalizer away.
      return names({ items: items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined) });
    },
    jobNames: async () => names(await batch.listNamespacedJob({ namespace })),
    workloadNames: async () => [
      ...names(await apps.listNamespacedDeployment({ namespace })),
      ...names(await apps.listNamespacedStatefulSet({ namespace })),
    ],
    stop: async () => {
      await controlPlane.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

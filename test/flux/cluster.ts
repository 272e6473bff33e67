import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { connectApi, type ApiRequest } from '../../activities/adapters/kubernetes-api.ts';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import { ROOT } from '../charts/programs.ts';
import { fluxCrds } from './crds.ts';

const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
});
const seen = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    generation: z.number().optional(),
    resourceVersion: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.looseObject({ replicas: z.number().optional() }).optional(),
  data: z.record(z.string(), z.string()).optional(),
  status: z
    .looseObject({
      conditions: z.array(condition).default([]),
      observedGeneration: z.number().optional(),
      lastHandledReconcileAt: z.string().optional(),
      lastAppliedRevision: z.string().optional(),
      lastAttemptedRevision: z.string().optional(),
      failures: z.number().optional(),
    })
    .optional(),
});
export type Seen = z.infer<typeof seen>;

/** Where the API serves a kind. */
const KINDS = {
  GitRepository: ['source.toolkit.fluxcd.io/v1', 'gitrepositories'],
  Kustomization: ['kustomize.toolkit.fluxcd.io/v1', 'kustomizations'],
  HelmRelease: ['helm.toolkit.fluxcd.io/v2', 'helmreleases'],
  Deployment: ['apps/v1', 'deployments'],
  StatefulSet: ['apps/v1', 'statefulsets'],
  Job: ['batch/v1', 'jobs'],
  Secret: ['v1', 'secrets'],
  ConfigMap: ['v1', 'configmaps'],
  PersistentVolumeClaim: ['v1', 'persistentvolumeclaims'],
} as const;
export type Kind = keyof typeof KINDS;

/** What the tests do with the cluster. */
export interface Cluster {
  /** Server-side apply, as the installer does it. */
  apply(object: object): Promise<void>;
  /** Changes parts of an object that is there, by merge. */
  patch(kind: Kind, name: string, namespace: string, body: object): Promise<void>;
  get(kind: Kind, name: string, namespace: string): Promise<Seen | null>;
  list(kind: Kind, namespace: string): Promise<Seen[]>;
  remove(kind: Kind, name: string, namespace: string): Promise<void>;
  /** Plays the kubelet's part for a while: what a workload's status says when its pods are ready. */
  makeReady(kind: 'Deployment' | 'StatefulSet', name: string, namespace: string): Promise<void>;
  /** The same for a Job whose pod has ended well. */
  makeDone(name: string, namespace: string): Promise<void>;
}

const applied = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** Opens a cluster by its kubeconfig, over the product's own plain connection: it passes CRDs on as they are. */
export function openCluster(kubeconfig: string): Cluster {
  const call = connectApi(kubeconfig);
  const request = (method: ApiRequest['method'], path: string, more: Partial<ApiRequest> = {}) =>
    call({ method, path, object: path, signal: AbortSignal.timeout(30_000), ...more });
  const pathOf = (kind: Kind, namespace: string, name = '') =>
    `${base(KINDS[kind][0])}/namespaces/${namespace}/${KINDS[kind][1]}/${name}`.replace(/\/$/, '');
  const get: Cluster['get'] = async (kind, name, namespace) => {
    try {
      return seen.parse(JSON.parse(await request('GET', pathOf(kind, namespace, name))));
    } catch (error) {
      if (error instanceof ClusterError && error.fault === 'not-found') return null;
      throw error;
    }
  };
  return {
    apply: async (object) => {
      const { apiVersion, kind, metadata } = applied.parse(object);
      const plural = kind in KINDS ? KINDS[kind as Kind][1] : `${kind.toLowerCase()}s`.replace(/sss$/, 'sses');
      const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
      const query = { fieldManager: 'appliance-client', force: 'true' };
      const contentType = 'application/apply-patch+yaml';
      await request('PATCH', `${base(apiVersion)}${namespace}/${plural}/${metadata.name}`, {
        body: object,
        query,
        contentType,
      });
    },
    patch: async (kind, name, namespace, body) =>
      void (await request('PATCH', pathOf(kind, namespace, name), {
        body,
        contentType: 'application/merge-patch+json',
      })),
    get,
    list: async (kind, namespace) => {
      const { items } = z
        .object({ items: z.array(z.looseObject({})) })
        .parse(JSON.parse(await request('GET', pathOf(kind, namespace))));
      return items.map((item) => seen.parse({ apiVersion: KINDS[kind][0], kind, ...item }));
    },
    remove: async (kind, name, namespace) => void (await request('DELETE', pathOf(kind, namespace, name))),
    makeReady: async (kind, name, namespace) => {
      const current = await get(kind, name, namespace);
      if (!current) throw new Error(`there is no ${kind} ${namespace}/${name}`);
      const replicas = current.spec?.replicas ?? 1;
      const own =
        kind === 'Deployment'
          ? { conditions: READY_DEPLOYMENT }
          : { currentReplicas: replicas, currentRevision: 'one', updateRevision: 'one' };
      const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas };
      const body = { status: { ...counts, ...own, observedGeneration: current.metadata.generation } };
      await request('PATCH', `${pathOf(kind, namespace, name)}/status`, {
        body,
        contentType: 'application/merge-patch+json',
      });
    },
    makeDone: async (name, namespace) =>
      void (await request('PATCH', `${pathOf('Job', namespace, name)}/status`, {
        body: { status: { startTime: new Date().toISOString(), succeeded: 1, uncountedTerminatedPods: {} } },
        contentType: 'application/merge-patch+json',
      })),
  };
}

/** Without both, kstatus takes a Deployment for one that is still rolling out. */
const READY_DEPLOYMENT = [
  { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: '' },
  { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: '' },
];

const base = (apiVersion: string) => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** Makes what the installer makes before it applies the entry (flux/README.md). */
export async function prepare(cluster: Cluster, values: Readonly<Record<string, object>>): Promise<void> {
  for (const crd of await fluxCrds()) await cluster.apply(crd);
  for (const name of ['flux-system', 'alga-system', 'appliance-system', 'msp', 'local-path-storage']) {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const document of documents('flux/base/local-path-storage/local-path-storage.yaml'))
    await cluster.apply(document);
  for (const [release, content] of Object.entries(values)) await cluster.apply(valuesConfigMap(release, content));
}

/** The ConfigMap of a release's site values, as the installer writes it. */
export function valuesConfigMap(release: string, values: object): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `appliance-values-${release}`,
      namespace: 'alga-system',
      labels: { 'reconcile.fluxcd.io/watch': 'Enabled' },
    },
    data: { 'values.yaml': stringify(values) },
  };
}

/** The entry manifests with their placeholders filled in. */
export function entry(values: Readonly<Record<string, string>>): object[] {
  const fill = (text: string) => text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  return ['gitrepository', 'root'].flatMap((name) => documents(`flux/entry/${name}.yaml`, fill));
}

function documents(path: string, fill = (text: string) => text): object[] {
  const text = fill(readFileSync(join(ROOT, path), 'utf8'));
  return parseAllDocuments(text).map((document) => z.record(z.string(), z.unknown()).parse(document.toJS()));
}

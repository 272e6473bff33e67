import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { FLUX, NAMESPACES } from '../model/appliance.ts';
import { moduleFolder } from './images/modules.ts';

/** The Flux whose controllers the lab builds; its release notes name these versions of them. */
const FLUX_VERSION = 'v2.7.3';
const VERSIONS: Record<string, string> = {
  'source-controller': 'v1.7.3',
  'kustomize-controller': 'v1.7.3',
  'helm-controller': 'v1.4.0',
};
const namespace = NAMESPACES.flux;

/** How often a controller checks by default whether an object's dependencies are ready. */
export const FLUX_LOOKS_EVERY = '30s';

/**
 * Writes what `flux install --export` would print for the lab's controllers: definitions out of the controllers' own modules, and
 * the objects that run them. The file is for `start --flux-manifests`.
 * @param looksEvery how often a controller checks whether an object's dependencies are ready, such as `2s`
 */
export async function writeFluxManifests(file: string, looksEvery: string): Promise<void> {
  const definitions: string[] = [];
  for (const name of FLUX.controllers) {
    const folder = path.join(await moduleFolder(name, `github.com/fluxcd/${name}`), 'config', 'crd', 'bases');
    for (const definition of await readdir(folder))
      definitions.push(await readFile(path.join(folder, definition), 'utf8'));
  }
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: labels() } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'flux', namespace, labels: labels() } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'cluster-reconciler-flux-system', labels: labels() },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'flux', namespace }],
    },
    service(),
    ...FLUX.controllers.map((name) => deployment(name, looksEvery)),
  ];
  const documents = [...definitions, ...objects.map((object) => stringify(object))];
  await writeFile(file, documents.map((text) => `---\n${text.replace(/^---\n/, '')}`).join(''));
}

function labels(): Record<string, string> {
  return {
    'app.kubernetes.io/instance': namespace,
    'app.kubernetes.io/part-of': 'flux',
    'app.kubernetes.io/version': FLUX_VERSION,
  };
}

function service(): object {
  const name = 'source-controller';
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: labels() },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
}

/** As the controller's own config/manager/deployment.yaml has it. */
function deployment(name: string, looksEvery: string): object {
  const isSource = name === 'source-controller';
  const address = 'source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.';
  const storage = isSource ? ['--storage-path=/data', `--storage-adv-addr=${address}`] : [];
  const probe = (at: string, port: string): object => ({ httpGet: { path: at, port } });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...labels(), 'control-plane': 'controller' } },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          serviceAccountName: 'flux',
          priorityClassName: 'system-cluster-critical',
          securityContext: { fsGroup: 1337 },
          containers: [
            {
              name: 'manager',
              image: `ghcr.io/fluxcd/${name}:${VERSIONS[name]}`,
              imagePullPolicy: 'IfNotPresent',
              args: [
                '--watch-all-namespaces=true',
                '--log-level=info',
                '--log-encoding=json',
                '--enable-leader-election',
                `--requeue-dependency=${looksEvery}`,
                ...storage,
              ],
              env: [
                { name: 'RUNTIME_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
                { name: 'TUF_ROOT', value: '/tmp/.sigstore' },
              ],
              ports: [
                ...(isSource ? [{ name: 'http', containerPort: 9090 }] : []),
                { name: 'http-prom', containerPort: 8080 },
                { name: 'healthz', containerPort: 9440 },
              ],
              livenessProbe: probe('/healthz', 'healthz'),
              readinessProbe: isSource ? probe('/', 'http') : probe('/readyz', 'healthz'),
              resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '1', memory: '1Gi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                runAsNonRoot: true,
                capabilities: { drop: ['ALL'] },
                seccompProfile: { type: 'RuntimeDefault' },
              },
              volumeMounts: [
                ...(isSource ? [{ name: 'data', mountPath: '/data' }] : []),
                { name: 'tmp', mountPath: '/tmp' },
              ],
            },
          ],
          volumes: [...(isSource ? [{ name: 'data', emptyDir: {} }] : []), { name: 'tmp', emptyDir: {} }],
        },
      },
    },
  };
}

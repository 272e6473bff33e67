import { FLUX, NAMESPACES, OBJECTS, PRIVILEGED_NAMESPACES } from '../../model/appliance.ts';
import type { HelmReleaseName } from '../../model/appliance.ts';
import type { ApiObject } from '../cluster/objects.ts';

/** What the simulated Git source holds, in the shape of the Flux tree (flux/profiles/talos-single-node/tiers.yaml). */
interface Tier {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly timeout: string;
  readonly releases: readonly HelmReleaseName[];
  /** Workloads that must run before the tier counts: kind, namespace, name. */
  readonly healthChecks: readonly (readonly ['Deployment' | 'StatefulSet', string, string])[];
}

const { platform, core, background } = FLUX.tierKustomizations;
const { workloads: msp } = NAMESPACES;

export const TIER_CONTENT: readonly Tier[] = [
  {
    name: platform,
    dependsOn: [],
    timeout: '10m0s',
    releases: [OBJECTS.statusService],
    healthChecks: [['Deployment', NAMESPACES.storage, 'local-path-provisioner']],
  },
  {
    name: core,
    dependsOn: [platform],
    timeout: '1h0m0s',
    releases: ['alga-core', 'pgbouncer'],
    healthChecks: [
      ['StatefulSet', msp, 'db'],
      ['StatefulSet', msp, 'redis'],
      ['Deployment', msp, 'pgbouncer'],
      ['Deployment', msp, OBJECTS.application],
    ],
  },
  {
    name: background,
    dependsOn: [core],
    timeout: '30m0s',
    releases: ['temporal', 'workflow-worker', 'email-service', 'temporal-worker'],
    healthChecks: ['temporal', 'temporal-ui', 'workflow-worker', 'email-service', 'temporal-worker'].map(
      (name) => ['Deployment', msp, name] as const,
    ),
  },
];

/** Dependencies between releases (docs/contract.md, "HelmReleases"). */
const DEPENDS_ON: Record<HelmReleaseName, readonly HelmReleaseName[]> = {
  [OBJECTS.statusService]: [],
  'alga-core': [],
  pgbouncer: ['alga-core'],
  temporal: ['alga-core'],
  'email-service': ['alga-core', 'pgbouncer'],
  'workflow-worker': ['alga-core', 'pgbouncer', 'temporal'],
  'temporal-worker': ['alga-core', 'pgbouncer', 'temporal'],
};

/** The objects at its path. */
export function treeAt(kustomization: string): ApiObject[] {
  if (kustomization === FLUX.rootKustomization) return TIER_CONTENT.map(tierKustomization);
  const tier = TIER_CONTENT.find(({ name }) => name === kustomization);
  const releases = (tier?.releases ?? []).map(helmRelease);
  const values = (tier?.releases ?? []).map(profileValues);
  return [...(tier?.name === platform ? namespaces() : []), ...values, ...releases];
}

/** A Helm action does not wait for pods, and a failed one is tried again as it is (flux/base/policy). */
const ACTION = {
  disableWait: true,
  disableWaitForJobs: true,
  strategy: { name: 'RetryOnFailure', retryInterval: '2m0s' },
} as const;

function profileValues(name: string): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `profile-values-${name}`, namespace: NAMESPACES.releases },
    data: { 'values.yaml': '{}' },
  };
}

function tierKustomization({ name, dependsOn, timeout, healthChecks }: Tier): ApiObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: NAMESPACES.flux },
    spec: {
      interval: '10m0s',
      retryInterval: '1m0s',
      timeout,
      prune: true,
      healthChecks: healthChecks.map(([kind, namespace, object]) => ({
        apiVersion: 'apps/v1',
        kind,
        namespace,
        name: object,
      })),
      path: `./flux/profiles/talos-single-node/${name.replace('alga-', '')}`,
      sourceRef: { kind: 'GitRepository', name: FLUX.source },
      ...(dependsOn.length > 0 && { dependsOn: dependsOn.map((one) => ({ name: one })) }),
    },
  };
}

function helmRelease(name: Tier['releases'][number]): ApiObject {
  const isStatus = name === OBJECTS.statusService;
  const dependsOn = DEPENDS_ON[name];
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: NAMESPACES.releases },
    spec: {
      interval: '10m0s',
      timeout: '5m0s',
      install: ACTION,
      upgrade: ACTION,
      releaseName: name,
      targetNamespace: isStatus ? NAMESPACES.appliance : NAMESPACES.workloads,
      chart: {
        spec: {
          chart: `./charts/${name}`,
          interval: '10m0s',
          sourceRef: { kind: 'GitRepository', name: FLUX.source, namespace: NAMESPACES.flux },
        },
      },
      valuesFrom: [`profile-values-${name}`, `${OBJECTS.valuesPrefix}${name}`].map((one) => ({
        kind: 'ConfigMap',
        name: one,
      })),
      ...(dependsOn.length > 0 && { dependsOn: dependsOn.map((one) => ({ name: one })) }),
    },
  };
}

function namespaces(): ApiObject[] {
  const { releases, appliance, workloads, storage } = NAMESPACES;
  return [releases, appliance, workloads, storage].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(PRIVILEGED_NAMESPACES.includes(name) && {
        labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
      }),
    },
  }));
}

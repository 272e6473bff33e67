import type { TierId } from './tiers.ts';

/**
 * The appliance's own names: the one place where a namespace, an object name or a port is written down.
 * Source of every value: docs/contract.md.
 */
export const API_VERSION = 'appliance.alga-psa/v1';
/** On a claim of the application: the install that created its data. */
export const INSTALL_ANNOTATION = 'appliance.alga-psa/install-id';

export const NAMESPACES = {
  flux: 'flux-system',
  releases: 'alga-system',
  appliance: 'appliance-system',
  workloads: 'msp',
  storage: 'local-path-storage',
  kubeSystem: 'kube-system',
} as const;

/** Namespaces that run pods which Pod Security would otherwise refuse (host ports, host paths). */
export const PRIVILEGED_NAMESPACES: readonly string[] = [
  NAMESPACES.appliance,
  NAMESPACES.workloads,
  NAMESPACES.storage,
];

export const PORTS = {
  application: 3000,
  statusPage: 8080,
  collaboration: 1234,
  talos: 50_000,
  kubernetes: 6443,
} as const;

export const STORAGE = {
  className: 'local-path',
  provisioner: 'rancher.io/local-path',
  /** Every path that is ever wiped lies strictly below this one. */
  root: '/var/mnt/alga-data',
  path: '/var/mnt/alga-data/local-path-provisioner',
} as const;

export const FLUX = {
  source: 'alga-appliance',
  rootKustomization: 'alga-appliance',
  tierKustomizations: { platform: 'alga-platform', core: 'alga-core', background: 'alga-background' },
  controllers: ['source-controller', 'kustomize-controller', 'helm-controller'],
} as const;

export const OBJECTS = {
  releaseSelection: 'appliance-release-selection',
  valuesPrefix: 'appliance-values-',
  statusAuthSecret: 'appliance-status-auth',
  statusService: 'appliance-status',
  sharedSecret: 'alga-psa-shared',
  initialTenantSecret: 'appliance-initial-tenant',
  licenceSeedSecret: 'appliance-license-seed',
  databaseSecret: 'db-credentials',
  postgresClaim: 'alga-core-sebastian-postgres-data',
  bootstrapJobPrefix: 'alga-core-sebastian-bootstrap',
  application: 'alga-core-sebastian',
  /** Job and Secret of `appliance-client admin`, for the seconds that it takes. */
  administration: 'appliance-admin',
  /** Who holds the site (model/holder.ts), and who may therefore write. */
  holderLease: 'appliance-holder',
  holderBinding: 'alga-appliance-holder',
  /** ConfigMap: the install as it stood when a step had ended (model/carried-install.ts). */
  carriedInstall: 'appliance-install',
  /** ConfigMap: what was repaired, and what came of it (model/repair.ts). */
  repairs: 'appliance-repairs',
} as const;

/** The field manager under which the installer owns what it applies (Kubernetes server-side apply). */
export const FIELD_MANAGER = 'appliance-client';

/** A release key in `app.images` of a release manifest, for the four images that the vendor builds. */
export const VENDOR_IMAGES = ['algaCore', 'workflowWorker', 'emailService', 'temporalWorker'] as const;
export type VendorImage = (typeof VENDOR_IMAGES)[number];

/** A part of the appliance: its name for people, where it runs and which tier its failure belongs to. */
export interface Component {
  readonly name: string;
  readonly title: string;
  readonly tier: TierId;
  readonly namespace: string;
  readonly kind: 'StatefulSet' | 'Deployment' | 'DaemonSet' | 'Job';
  /** The object's name; for the bootstrap Job a prefix. */
  readonly object: string;
  readonly helmRelease?: string;
  readonly image?: VendorImage;
  /** Not part of every profile: its absence is not a fault. */
  readonly optional?: boolean;
}

const msp = NAMESPACES.workloads;

export const COMPONENTS: readonly Component[] = [
  {
    name: 'local-path-provisioner',
    title: 'Storage provisioner',
    tier: 'platform',
    namespace: NAMESPACES.storage,
    kind: 'Deployment',
    object: 'local-path-provisioner',
  },
  {
    name: 'coredns',
    title: 'Cluster DNS',
    tier: 'platform',
    namespace: NAMESPACES.kubeSystem,
    kind: 'Deployment',
    object: 'coredns',
  },
  {
    name: 'source-controller',
    title: 'Flux source controller',
    tier: 'platform',
    namespace: NAMESPACES.flux,
    kind: 'Deployment',
    object: 'source-controller',
  },
  {
    name: 'kustomize-controller',
    title: 'Flux kustomize controller',
    tier: 'platform',
    namespace: NAMESPACES.flux,
    kind: 'Deployment',
    object: 'kustomize-controller',
  },
  {
    name: 'helm-controller',
    title: 'Flux Helm controller',
    tier: 'platform',
    namespace: NAMESPACES.flux,
    kind: 'Deployment',
    object: 'helm-controller',
  },
  {
    name: 'appliance-status',
    title: 'Status page',
    tier: 'platform',
    namespace: NAMESPACES.appliance,
    kind: 'Deployment',
    object: 'appliance-status',
  },
  {
    name: 'db',
    title: 'Database',
    tier: 'core',
    namespace: msp,
    kind: 'StatefulSet',
    object: 'db',
    helmRelease: 'alga-core',
  },
  {
    name: 'redis',
    title: 'Redis',
    tier: 'core',
    namespace: msp,
    kind: 'StatefulSet',
    object: 'redis',
    helmRelease: 'alga-core',
  },
  {
    name: 'pgbouncer',
    title: 'PgBouncer',
    tier: 'core',
    namespace: msp,
    kind: 'Deployment',
    object: 'pgbouncer',
    helmRelease: 'pgbouncer',
  },
  {
    name: 'bootstrap',
    title: 'Database setup',
    tier: 'bootstrap',
    namespace: msp,
    kind: 'Job',
    object: OBJECTS.bootstrapJobPrefix,
    helmRelease: 'alga-core',
    image: 'algaCore',
  },
  {
    name: 'alga-core',
    title: 'Alga PSA',
    tier: 'login',
    namespace: msp,
    kind: 'Deployment',
    object: OBJECTS.application,
    helmRelease: 'alga-core',
    image: 'algaCore',
  },
  {
    name: 'hocuspocus',
    title: 'Collaborative editing',
    tier: 'background',
    namespace: msp,
    kind: 'Deployment',
    object: 'hocuspocus',
    helmRelease: 'alga-core',
    optional: true,
  },
  {
    name: 'email-service',
    title: 'E-mail service',
    tier: 'background',
    namespace: msp,
    kind: 'Deployment',
    object: 'email-service',
    helmRelease: 'email-service',
    image: 'emailService',
  },
  {
    name: 'temporal',
    title: 'Temporal server',
    tier: 'background',
    namespace: msp,
    kind: 'Deployment',
    object: 'temporal',
    helmRelease: 'temporal',
  },
  {
    name: 'temporal-ui',
    title: 'Temporal UI',
    tier: 'background',
    namespace: msp,
    kind: 'Deployment',
    object: 'temporal-ui',
    helmRelease: 'temporal',
  },
  {
    name: 'workflow-worker',
    title: 'Workflow worker',
    tier: 'background',
    namespace: msp,
    kind: 'Deployment',
    object: 'workflow-worker',
    helmRelease: 'workflow-worker',
    image: 'workflowWorker',
  },
  {
    name: 'temporal-worker',
    title: 'Temporal worker',
    tier: 'background',
    namespace: msp,
    kind: 'Deployment',
    object: 'temporal-worker',
    helmRelease: 'temporal-worker',
    image: 'temporalWorker',
  },
];

/** HelmReleases of the application: what a wipe deletes. */
export const APPLICATION_RELEASES = [
  'alga-core',
  'pgbouncer',
  'temporal',
  'workflow-worker',
  'email-service',
  'temporal-worker',
] as const;

/** All HelmReleases of the appliance. The status page's exists before the application, and survives a wipe of it. */
export const HELM_RELEASES = [...APPLICATION_RELEASES, OBJECTS.statusService] as const;
export type HelmReleaseName = (typeof HELM_RELEASES)[number];

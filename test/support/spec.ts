import type { InstallSpec } from '../../model/site.ts';
import { SPEC_VERSION, installSpec } from '../../model/site.ts';
import { releaseManifest } from '../../model/release.ts';

const image = (repository: string, tag: string) => ({ repository, tag, digest: null });

/** A release for tests; versions are those of docs/contract.md, "Versions". */
export const TEST_RELEASE = releaseManifest.parse({
  releaseVersion: '1.0-rc5',
  generatedAt: '2026-05-01T12:00:00Z',
  talos: { version: 'v1.12.0', schematicId: '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba' },
  kubernetes: { version: 'v1.34.4' },
  os: {
    installer: {
      image:
        'factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.0',
    },
  },
  app: {
    version: '1.0-rc5',
    releaseBranch: 'release/1.0-rc5',
    valuesProfile: 'talos-single-node',
    images: {
      algaCore: image('ghcr.io/nine-minds/alga-psa-ee', '94446747'),
      workflowWorker: image('ghcr.io/nine-minds/workflow-worker', '61e4a00e'),
      emailService: image('ghcr.io/nine-minds/email-service', '61e4a00e'),
      temporalWorker: image('ghcr.io/nine-minds/temporal-worker', '61e4a00e'),
    },
  },
  dependencies: {
    postgres: image('docker.io/ankane/pgvector', 'v0.5.1'),
    redis: image('docker.io/library/redis', '7.4.1'),
    pgbouncer: image('docker.io/edoburu/pgbouncer', '1.22.1'),
    busybox: image('docker.io/library/busybox', '1.36.1'),
    node: image('docker.io/library/node', '20.18.1-alpine'),
    temporal: image('docker.io/temporalio/auto-setup', '1.27.2'),
    temporalUi: image('docker.io/temporalio/ui', '2.30.0'),
    localPathProvisioner: image('docker.io/rancher/local-path-provisioner', 'v0.0.31'),
  },
  charts: { 'alga-core': '0.1.0' },
  flux: { version: 'v2.7.3', manifestsDigest: null },
});

/** A valid spec with the given changes. */
export function testSpec(changes: Partial<InstallSpec> = {}): InstallSpec {
  return installSpec.parse({
    specVersion: SPEC_VERSION,
    siteId: 'appliance-single-node',
    clusterName: 'alga-appliance',
    nodeIp: '192.0.2.10',
    hostname: 'appliance',
    appUrl: 'http://192.0.2.10:3000',
    interface: null,
    network: { mode: 'dhcp' },
    dnsServers: [],
    ntpServers: [],
    installDisk: '/dev/sda',
    channel: null,
    release: TEST_RELEASE,
    profile: 'talos-single-node',
    repo: {
      url: 'https://git.example.org/alga/appliance.git',
      branch: 'release/1.0-rc5',
      path: 'flux/profiles/talos-single-node',
    },
    checkout: null,
    requireRemoteBranch: false,
    fluxManifests: null,
    mode: 'fresh',
    wipeConfirmed: true,
    imageTags: {},
    prepullImages: false,
    skipImageTagValidation: false,
    existingCluster: { kubeconfig: null, talosconfig: null },
    ...changes,
  });
}

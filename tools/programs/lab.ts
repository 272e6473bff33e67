import type { Program } from '../program.ts';

const TEMPORAL_SERVER = '1.27.2';

/** A controller of Flux. It cannot report its version, so one on PATH is never used. */
function fluxController<const Id extends string>(name: Id, version: string, minutes: number) {
  return {
    id: name,
    purpose: `is a controller of Flux and runs as a pod of the lab`,
    version,
    groups: ['lab'],
    executable: name,
    build: { kind: 'go', folder: `tools/go/${name}`, package: `github.com/fluxcd/${name}` },
    minutes,
    homepage: `https://github.com/fluxcd/${name}`,
  } as const satisfies Program;
}

/** What the lab's own images and cluster services are made of: Linux programs, built static. */
export const labPrograms = [
  {
    id: 'talos-machine',
    purpose: 'simulates the Talos machine for the real talosctl, in tests and lab',
    groups: ['tests', 'lab'],
    executable: 'talos-machine',
    build: { kind: 'go', folder: 'lab/talos-machine', package: '.' },
    minutes: 1,
    homepage: 'lab/talos-machine in this project',
  },
  fluxController('source-controller', '1.7.3', 4),
  fluxController('kustomize-controller', '1.7.3', 2),
  fluxController('helm-controller', '1.4.0', 2),
  {
    id: 'coredns',
    purpose: 'resolves names in the cluster of the lab',
    version: '1.12.0',
    groups: ['lab'],
    executable: 'coredns',
    versionCheck: {
      args: ['-version'],
      pattern: /CoreDNS-(\S+)/,
      accepts: '^1.11.0',
      because: 'Talos 1.12 brings CoreDNS of this series',
    },
    build: { kind: 'go', folder: 'tools/go/coredns', package: 'github.com/coredns/coredns' },
    minutes: 2.5,
    homepage: 'https://coredns.io/manual/installation',
  },
  {
    id: 'registry',
    purpose: 'serves the images of the lab',
    version: '3.0.0',
    groups: ['lab'],
    executable: 'registry',
    versionCheck: {
      args: ['--version'],
      pattern: /v(\d\S+)\s*$/,
      accepts: '^3.0.0',
      because: "the lab's configuration is written for version 3",
    },
    build: {
      kind: 'go',
      folder: 'tools/go/registry',
      package: 'github.com/distribution/distribution/v3/cmd/registry',
      stamp: { 'github.com/distribution/distribution/v3/version.version': 'v3.0.0' },
    },
    minutes: 2,
    homepage: 'https://distribution.github.io/distribution',
  },
  {
    id: 'local-path-provisioner',
    purpose: 'creates the volumes of the lab',
    version: '0.0.30',
    groups: ['lab'],
    executable: 'local-path-provisioner',
    versionCheck: {
      args: ['--version'],
      pattern: /v(\d\S+)/,
      accepts: '>=0.0.30 <0.1',
      because: 'the appliance runs 0.0.31, and nothing older than 0.0.30 was tried',
    },
    build: {
      kind: 'go',
      folder: 'tools/go/local-path-provisioner',
      package: 'github.com/rancher/local-path-provisioner',
      stamp: { 'main.VERSION': 'v0.0.30' },
    },
    minutes: 1.5,
    homepage: 'https://github.com/rancher/local-path-provisioner',
  },
  {
    id: 'temporal-server',
    purpose: "is the appliance's own Temporal server and runs as a pod of the lab",
    version: TEMPORAL_SERVER,
    groups: ['lab'],
    executable: 'temporal-server',
    versionCheck: {
      args: ['--version'],
      pattern: /version (\d\S+)/,
      accepts: TEMPORAL_SERVER,
      because: 'the appliance ships exactly this one',
    },
    build: { kind: 'go', folder: 'tools/go/temporal-server', package: 'go.temporal.io/server/cmd/server' },
    minutes: 3,
    homepage: 'https://github.com/temporalio/temporal',
  },
  {
    id: 'temporal-sql-tool',
    purpose: "sets up the schema of the appliance's Temporal server in the lab",
    version: TEMPORAL_SERVER,
    groups: ['lab'],
    executable: 'temporal-sql-tool',
    build: { kind: 'go', folder: 'tools/go/temporal-server', package: 'go.temporal.io/server/cmd/tools/sql' },
    minutes: 0.5,
    homepage: 'https://github.com/temporalio/temporal',
  },
  {
    id: 'kwok',
    purpose: 'simulates many nodes and pods for the benchmarks',
    version: '0.7.0',
    groups: ['lab'],
    executable: 'kwok',
    versionCheck: {
      args: ['--version'],
      pattern: /v(\d\S+)/,
      accepts: '>=0.6.0 <1',
      because: "the lab's stages are written for this series",
    },
    build: { kind: 'go', folder: 'tools/go/kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' },
    minutes: 2,
    homepage: 'https://kwok.sigs.k8s.io/docs/user/installation',
  },
] as const satisfies readonly Program[];

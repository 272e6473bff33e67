import { TALOS } from '../../model/talos.ts';
import type { Program } from '../program.ts';

const TALOS_MINOR = TALOS.split('.', 2).join('.');
const TALOSCTL_MANUAL = `https://docs.siderolabs.com/talos/v${TALOS_MINOR}/getting-started/talosctl`;
/** The server that Temporal CLI 1.5.1 brings: the databases of the clients up to 0.1.0 were made by it. */
const TEMPORAL_SERVER = '1.29.1';
const TEMPORAL_CLI = '1.5.1';

/** What an operator's machine needs for an install. */
export const clientPrograms = [
  {
    id: 'talosctl',
    purpose: 'talks to the Talos machine: configuration, bootstrap, health, reset',
    version: TALOS,
    groups: ['client', 'tests', 'lab'],
    executable: 'talosctl',
    versionCheck: {
      args: ['version', '--client'],
      pattern: /Tag:\s+v(\S+)/,
      // "Your talosctl version should match the version of Talos Linux running on your host" (TALOSCTL_MANUAL). A patch
      // release adds no API.
      accepts: `~${TALOS_MINOR}.0`,
      because: `talosctl has to match the Talos release of the appliance, ${TALOS_MINOR}`,
    },
    download: ({ os, arch }) => {
      const release = `https://github.com/siderolabs/talos/releases/download/v${TALOS}`;
      return { url: `${release}/talosctl-${os}-${arch}`, checksums: `${release}/sha256sum.txt` };
    },
    build: {
      kind: 'go',
      folder: 'tools/go/talosctl',
      package: 'github.com/siderolabs/talos/cmd/talosctl',
      tags: ['grpcnotrace'],
    },
    minutes: 3,
    homepage: TALOSCTL_MANUAL,
  },
  {
    id: 'temporal-local',
    purpose: 'is the local Temporal server, which stores the state of installs',
    version: TEMPORAL_SERVER,
    groups: ['client', 'tests', 'lab'],
    executable: 'temporal-server',
    versionCheck: {
      args: ['--version'],
      pattern: /version (\d\S+)/,
      accepts: TEMPORAL_SERVER,
      because: "another version's schema may not fit the databases that are there",
    },
    // Names as in https://github.com/temporalio/temporal/blob/v1.29.1/.goreleaser.yml
    download: ({ os, arch }) => {
      const release = `https://github.com/temporalio/temporal/releases/download/v${TEMPORAL_SERVER}`;
      return {
        url: `${release}/temporal_${TEMPORAL_SERVER}_${os}_${arch}.tar.gz`,
        checksums: `${release}/checksums.txt`,
        member: 'temporal-server',
      };
    },
    build: { kind: 'go', folder: 'tools/go/temporal-local', package: 'go.temporal.io/server/cmd/server' },
    minutes: 3,
    homepage: 'https://docs.temporal.io/self-hosted-guide/deployment',
  },
  {
    id: 'temporal',
    purpose: 'queries a Temporal server by hand, and runs one in memory for tests',
    version: TEMPORAL_CLI,
    groups: ['tests', 'lab'],
    executable: 'temporal',
    versionCheck: {
      args: ['--version'],
      pattern: /temporal version (\S+)/,
      // https://temporal.io/changelog/product-area/temporal-cli (1.1.0: server 1.25.0) and
      // https://github.com/temporalio/documentation/pull/3074 (updates are on by default since server 1.25).
      accepts: '^1.1.0',
      because: 'an install is steered with workflow updates, which the server of CLI 1.1 and later takes',
    },
    download: ({ os, arch }) => {
      const release = `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_CLI}`;
      return {
        url: `${release}/temporal_cli_${TEMPORAL_CLI}_${os}_${arch}.tar.gz`,
        checksums: `${release}/checksums.txt`,
        member: 'temporal',
      };
    },
    build: {
      kind: 'go',
      folder: 'tools/go/temporal',
      package: 'github.com/temporalio/cli/cmd/temporal',
      stamp: { 'github.com/temporalio/cli/temporalcli.Version': TEMPORAL_CLI },
    },
    minutes: 3,
    homepage: 'https://docs.temporal.io/cli#install',
  },
] as const satisfies readonly Program[];

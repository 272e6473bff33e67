import type { Program } from '../program.ts';

const TALOS = '1.12.0';
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
      // "Your talosctl version should match the version of Talos Linux running on your host."
      // https://docs.siderolabs.com/talos/v1.12/getting-started/talosctl. A patch release adds no API.
      accepts: '~1.12.0',
      because: 'talosctl has to match the Talos release of the appliance, 1.12',
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
    homepage: 'https://docs.siderolabs.com/talos/v1.12/getting-started/talosctl',
  },
  {
    id: 'temporal',
    purpose: 'runs the local Temporal server that keeps an install on this machine',
    version: TEMPORAL_CLI,
    groups: ['client', 'tests', 'lab'],
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

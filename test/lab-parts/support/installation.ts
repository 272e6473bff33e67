import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freeTalosAddress, startTalosMachine } from '../../../lab/talos-machine.ts';
import type { TalosMachine, TalosMachineOptions } from '../../../lab/talos-machine.ts';
import { talosctlOk } from './talosctl.ts';
import { needs } from '../../support/needs.ts';

needs('talos-machine');

/** A simulated machine with an operator's configuration for it. */
export interface Installation extends AsyncDisposable {
  readonly machine: TalosMachine;
  readonly folder: string;
  readonly controlPlane: string;
  /** Arguments of an insecure call to the machine. */
  readonly insecure: readonly string[];
  /** Arguments of a secure one with the operator's talosconfig. */
  readonly secure: readonly string[];
  /** From maintenance mode to a machine that answers with its own PKI and could be bootstrapped. */
  readonly install: () => Promise<void>;
}

/** Starts a machine in a folder of its own and lets the real talosctl generate the configuration for it. */
export async function startInstallation(
  options: Omit<TalosMachineOptions, 'address' | 'stateDir'> = {},
): Promise<Installation> {
  const folder = await mkdtemp(path.join(tmpdir(), 'talos-machine-'));
  const where = await freeTalosAddress();
  const endpoint = `${where.address}:${where.port}`;
  const machine = await startTalosMachine({ ...where, ...options, stateDir: path.join(folder, 'machine') });
  await generateConfig(folder, machine.kubernetesUrl);
  const controlPlane = path.join(folder, 'controlplane.yaml');
  return {
    machine,
    folder,
    controlPlane,
    insecure: ['--insecure', '-n', endpoint],
    secure: ['--talosconfig', path.join(folder, 'talosconfig'), '-e', endpoint, '-n', where.address],
    async install() {
      await talosctlOk(['apply-config', '--insecure', '-n', endpoint, '-f', controlPlane]);
      await machine.control.waitFor(({ services }) =>
        services.some(({ id, healthy }) => id === 'cri' && healthy === true),
      );
    },
    async [Symbol.asyncDispose]() {
      await machine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Lets talosctl generate a cluster's configuration and talosconfig into a folder. */
export async function generateConfig(folder: string, kubernetesUrl: string): Promise<void> {
  const flags = ['--kubernetes-version', '1.31.4', '--install-disk', '/dev/sda', '--output', folder, '--force'];
  const image =
    'factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.0';
  await talosctlOk(['gen', 'config', 'demo', kubernetesUrl, '--install-image', image, ...flags]);
}

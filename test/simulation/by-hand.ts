import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Ports } from '../../activities/ports/index.ts';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import type { MachineConfigOrder, TalosTarget } from '../../activities/ports/talos.ts';
import { simulationPorts } from '../../simulation/index.ts';
import { TEST_RELEASE } from '../support/spec.ts';

export const NODE_IP = '192.0.2.10';
/** An hour of the appliance in a second. */
const SPEED = 3_600;

/** A simulated node and what an operator has in hand, without the phases of an install. */
export interface ByHand {
  readonly home: string;
  readonly ports: Ports;
  readonly target: TalosTarget;
  readonly machineConfig: string;
  readonly signal: AbortSignal;
  /** Looks again and again until it is true; throws what the last look threw when that takes too long. */
  until(look: () => Promise<boolean>): Promise<void>;
}

/** Opens a simulated node of a scenario, with its key material made and nothing done to it. */
export async function openByHand(scenario: string, speed = SPEED): Promise<ByHand> {
  const home = await mkdtemp(join(tmpdir(), 'appliance-simulation-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const ports = simulationPorts({ scenario, speed, home });
  const signal = AbortSignal.timeout(60_000);
  const order: MachineConfigOrder = {
    clusterName: 'alga-appliance',
    endpoint: `https://${NODE_IP}:6443`,
    talosVersion: 'v1.12.0',
    kubernetesVersion: 'v1.31.4',
    installDisk: '/dev/sda',
    installerImage: TEST_RELEASE.os.installer.image,
    secretsFile: join(home, 'secrets.yaml'),
  };
  await writeFile(order.secretsFile, await ports.talos.generateSecrets(signal));
  const machineConfig = join(home, 'controlplane.yaml');
  await writeFile(machineConfig, await ports.talos.generateMachineConfig(order, signal));
  const talosconfig = join(home, 'talosconfig');
  await writeFile(talosconfig, await ports.talos.generateTalosconfig(order, signal));
  const until = async (look: () => Promise<boolean>): Promise<void> => {
    while (!(await look())) await ports.clock.sleep(1_000, signal);
  };
  return { home, ports, signal, machineConfig, target: { nodeIp: NODE_IP, talosconfig }, until };
}

/** Brings the node from maintenance mode to a Kubernetes that answers. */
export async function bootKubernetes({ ports, target, machineConfig, signal, until }: ByHand): Promise<Cluster> {
  await ports.talos.applyInsecure(NODE_IP, machineConfig, signal);
  await until(() =>
    ports.talos.bootstrap(target, signal).then(
      () => true,
      () => false,
    ),
  );
  const kubeconfig = `${target.talosconfig}.kubeconfig`;
  await writeFile(kubeconfig, await ports.talos.kubeconfig(target, signal));
  const cluster = await ports.kubernetes.connect(kubeconfig);
  await until(() => cluster.ready(signal));
  return cluster;
}

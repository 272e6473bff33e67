import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import type { MachineConfigOrder, TalosPort, TalosTarget } from '../../activities/ports/talos.ts';
import { TEST_RELEASE } from '../support/spec.ts';

/** A machine that a test has for itself, and the way to ask it. */
export interface MachineUnderTest {
  readonly talos: TalosPort;
  readonly nodeIp: string;
}

/** A machine with the keys of a site, of which it knows nothing yet. */
interface Bench extends MachineUnderTest {
  readonly signal: AbortSignal;
  readonly target: TalosTarget;
  readonly machineConfig: string;
}

/**
 * How a Talos machine answers through the port, whichever one: run against the simulation, and against the lab's machine asked
 * by the real talosctl. What stands here is what tests with the simulation may rely on.
 */
export function talosContract(open: (node: 'maintenance' | 'foreign') => Promise<MachineUnderTest>): void {
  test('waits in maintenance mode, shows what it is made of, and starts nothing for a certificate', async () => {
    const { talos, nodeIp, signal, target } = await bench(open);
    expect(await talos.mode(nodeIp, signal)).toEqual({ mode: 'maintenance' });
    const disks = await talos.disks(nodeIp, null, signal);
    expect(disks.find(({ device }) => device === '/dev/sda')).toMatchObject({ readOnly: false });
    const links = await talos.links(nodeIp, null, signal);
    const card = links.find(({ addresses }) => addresses.some((one) => one.startsWith(`${nodeIp}/`)));
    expect(card).toMatchObject({ up: true });
    await expect(talos.version(target, signal)).rejects.toMatchObject({ fault: 'tls-mismatch' });
  });

  test('takes one configuration, and then wants a certificate', async () => {
    const { talos, nodeIp, signal, target, machineConfig } = await configured(open);
    expect(await talos.version(target, signal)).toBe('v1.12.0');
    expect(await talos.mode(nodeIp, signal)).toEqual({ mode: 'configured' });
    const refused = { fault: 'not-in-maintenance' };
    await expect(talos.applyInsecure(nodeIp, machineConfig, signal)).rejects.toMatchObject(refused);
    await expect(talos.disks(nodeIp, null, signal)).rejects.toMatchObject(refused);
    expect((await talos.disks(nodeIp, target, signal)).map(({ device }) => device)).toContain('/dev/sda');
  });

  test('starts etcd once, and gives a kubeconfig of its own address', async () => {
    const { talos, nodeIp, signal, target } = await configured(open);
    await until(() => talos.bootstrap(target, signal).then(yes, no));
    await until(async () =>
      (await talos.services(target, signal)).some(({ id, healthy }) => id === 'etcd' && healthy === true),
    );
    const again = {
      fault: 'already-exists',
      answer: { stderr: expect.stringContaining('etcd data directory is not empty') },
    };
    await expect(talos.bootstrap(target, signal)).rejects.toMatchObject(again);
    const { clusters } = parse(await talos.kubeconfig(target, signal));
    expect(clusters[0].cluster.server).toBe(`https://${nodeIp}:6443`);
  });

  test('lets nobody in with the keys of another site', async () => {
    const { talos, signal, target } = await configured(open);
    const other = await keysOf(talos, target.nodeIp);
    const foreign = expect.stringContaining('x509: certificate signed by unknown authority');
    const refused = { fault: 'tls-mismatch', answer: { stderr: foreign } };
    await expect(talos.version(other.target, signal)).rejects.toMatchObject(refused);
    await expect(talos.bootstrap(other.target, signal)).rejects.toMatchObject(refused);
  });

  test('lets nobody in that somebody else has installed', async () => {
    const { talos, nodeIp, signal, target, machineConfig } = await bench(open, 'foreign');
    expect(await talos.mode(nodeIp, signal)).toEqual({ mode: 'configured' });
    const refused = { fault: 'not-in-maintenance' };
    await expect(talos.applyInsecure(nodeIp, machineConfig, signal)).rejects.toMatchObject(refused);
    await expect(talos.version(target, signal)).rejects.toMatchObject({ fault: 'tls-mismatch' });
  });

  test('says before it has a configuration whom it asks for names', async () => {
    const { talos, nodeIp, signal } = await bench(open);
    expect((await talos.resolvers(nodeIp, null, signal)).dns).not.toEqual([]);
  });

  test('takes other resolvers and time servers while it runs; an empty list changes nothing', async () => {
    const { talos, signal, target } = await configured(open);
    await talos.setResolvers(target, ['192.0.2.53'], ['time.example.org'], signal);
    await talos.setResolvers(target, [], [], signal);
    const wanted = { dns: ['192.0.2.53'], ntp: ['time.example.org'] };
    await expect.poll(() => talos.resolvers(target.nodeIp, target, signal)).toEqual(wanted);
  });

  test('keys are told apart by their authority, and found again in a configuration made of them', async () => {
    const { talos, nodeIp, signal, target, machineConfig } = await bench(open);
    const fingerprint = await talos.caFingerprint(target.talosconfig);
    const derived = await keysOf(talos, nodeIp, await talos.deriveSecrets(machineConfig, signal));
    expect(await talos.caFingerprint(derived.target.talosconfig)).toBe(fingerprint);
    const other = await keysOf(talos, nodeIp);
    expect(await talos.caFingerprint(other.target.talosconfig)).not.toBe(fingerprint);
  });

  test('a configuration without its authority is refused before any machine sees it', async () => {
    const { talos, signal, machineConfig } = await bench(open);
    await talos.validate(machineConfig, signal);
    await writeFile(machineConfig, 'machine: {}\n');
    await expect(talos.validate(machineConfig, signal)).rejects.toMatchObject({ fault: 'config-invalid' });
  });
}

type Open = (node: 'maintenance' | 'foreign') => Promise<MachineUnderTest>;
const yes = (): boolean => true;
const no = (): boolean => false;

async function bench(open: Open, node: 'maintenance' | 'foreign' = 'maintenance'): Promise<Bench> {
  const machine = await open(node);
  return { ...machine, ...(await keysOf(machine.talos, machine.nodeIp)) };
}

/** A machine that has taken its configuration, and answers to its certificate. */
async function configured(open: Open): Promise<Bench> {
  const made = await bench(open);
  await made.talos.applyInsecure(made.nodeIp, made.machineConfig, made.signal);
  await until(() => made.talos.version(made.target, made.signal).then(yes, no));
  return made;
}

async function keysOf(
  talos: TalosPort,
  nodeIp: string,
  secrets?: string,
): Promise<Omit<Bench, keyof MachineUnderTest>> {
  const folder = await mkdtemp(join(tmpdir(), 'appliance-talos-contract-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const signal = AbortSignal.timeout(60_000);
  const order: MachineConfigOrder = {
    clusterName: 'alga-appliance',
    endpoint: `https://${nodeIp}:6443`,
    talosVersion: 'v1.12.0',
    kubernetesVersion: 'v1.31.4',
    installDisk: '/dev/sda',
    installerImage: TEST_RELEASE.os.installer.image,
    secretsFile: join(folder, 'secrets.yaml'),
  };
  await writeFile(order.secretsFile, secrets ?? (await talos.generateSecrets(signal)));
  const machineConfig = join(folder, 'controlplane.yaml');
  await writeFile(machineConfig, await talos.generateMachineConfig(order, signal));
  const talosconfig = join(folder, 'talosconfig');
  await writeFile(talosconfig, await talos.generateTalosconfig(order, signal));
  return { signal, target: { nodeIp, talosconfig }, machineConfig };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50);
}

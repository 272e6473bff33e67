import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation } from './support/installation.ts';
import type { Installation } from './support/installation.ts';
import { talosctl, talosctlOk } from './support/talosctl.ts';
import { needs } from '../support/needs.ts';

needs('etcd', 'kube-apiserver');

describe('the way of one machine, in order', () => {
  let site: Installation;
  beforeAll(async () => (site = await startInstallation({ kubernetes: {} })));
  afterAll(() => site[Symbol.asyncDispose]());

  it('closes its port when it took the configuration, and answers with its own keys after the install', async () => {
    // The install takes as long as this fault is played, and not a third of a second.
    await site.machine.control.addFault({ kind: 'dns-refused', silent: true });
    await talosctlOk(['apply-config', ...site.insecure, '-f', site.controlPlane]);
    await site.machine.control.waitFor(({ mode }) => mode === 'closed');
    expect((await talosctl(['get', 'disks', ...site.insecure])).stderr).toMatch(/connect: connection refused"$/);
    await site.machine.control.setFaults([]);

    await site.machine.control.waitFor(({ mode }) => mode === 'secure');
    expect(await talosctlOk(['version', ...site.secure])).toMatch(/Server:[^]*Tag: +v1\.12\.0/);
    expect(await site.machine.control.state()).toMatchObject({
      effects: { applyConfiguration: 1, install: 1 },
      boots: 2,
    });
  });

  it('wants a client certificate from now on', async () => {
    for (const args of [
      ['get', 'disks'],
      ['apply-config', '-f', site.controlPlane],
    ]) {
      const { exitCode, stderr } = await talosctl([...args, ...site.insecure]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/remote error: tls: certificate required"$/);
    }
    expect((await site.machine.control.state()).effects).toMatchObject({ applyConfiguration: 1 });
  });

  it('waits for its bootstrap', async () => {
    await site.machine.control.waitFor(({ services }) => services.some(({ id }) => id === 'etcd'));
    expect(await talosctlOk(['service', 'etcd', ...site.secure])).toMatch(/STATE +Preparing[^]*Running pre state/);
    expect(await talosctlOk(['get', 'machinestatus', ...site.secure])).toMatch(/booting +false/);
    expect((await talosctl(['etcd', 'members', ...site.secure])).stderr).toContain('context deadline exceeded');
  });

  it('is bootstrapped once', async () => {
    await talosctlOk(['bootstrap', ...site.secure]);
    const { exitCode, stderr } = await talosctl(['bootstrap', ...site.secure]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('rpc error: code = AlreadyExists desc = etcd data directory is not empty');
    expect((await site.machine.control.state()).effects).toMatchObject({ bootstrap: 1 });
  });

  it('hands out a kubeconfig that works against the real API server, and its node is ready', async () => {
    await site.machine.control.waitFor(({ kubernetesReady }) => kubernetesReady, 60_000);
    const file = path.join(site.folder, 'kubeconfig');
    await talosctlOk(['kubeconfig', file, '--merge=false', ...site.secure]);
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(file);
    const { items } = await kubeconfig.makeApiClient(CoreV1Api).listNode();
    const { hostname } = await site.machine.control.state();
    expect(
      items.map(({ metadata, status }) => [
        metadata?.name,
        status?.conditions?.find(({ type }) => type === 'Ready')?.status,
      ]),
    ).toEqual([[hostname, 'True']]);
  });

  it.each([
    [['service'], /etcd +Running +OK/],
    [['etcd', 'members'], /https:\/\/127\./],
    [['etcd', 'status'], /3\.6/],
    [['get', 'members'], /controlplane/],
    [['get', 'machinestatus'], /running +true/],
    [['get', 'staticpods'], /kube-apiserver/],
    [['get', 'systemdisk'], /sda/],
    [['get', 'machineconfig', 'v1alpha1', '-o', 'yaml'], /clusterName: demo/],
    [['time'], /time\.cloudflare\.com/],
    [['read', '/proc/uptime'], /^\d/],
    [['list', '/etc'], /resolv\.conf/],
    [['dmesg'], /machine stage: running$/m],
    [['logs', 'kubelet'], /Health check successful/],
    [['memory'], /16384/],
    [['mounts'], /\/var$/m],
    [['usage', '/var'], /\/var/],
    [['image', 'list'], /NODE/],
  ])('answers talosctl %j', async (args, expected) => {
    expect(await talosctlOk([...args, ...site.secure])).toMatch(expected);
  });

  it('is healthy', async () => {
    const { exitCode, stderr } = await talosctl(['health', '--wait-timeout', '30s', ...site.secure]);
    expect(stderr).toContain('waiting for etcd to be healthy: OK');
    expect(stderr).toContain('waiting for all k8s nodes to report ready: OK');
    expect(exitCode).toBe(0);
  });

  it('pulls images and remembers them', async () => {
    await talosctlOk(['image', 'pull', 'ghcr.io/nine-minds/alga-psa-ee:94446747', ...site.secure]);
    expect(await talosctlOk(['image', 'list', ...site.secure])).toContain('ghcr.io/nine-minds/alga-psa-ee:94446747');
  });

  it('takes other resolvers without a reboot', async () => {
    const patch = JSON.stringify({ machine: { network: { nameservers: ['9.9.9.9', '149.112.112.112'] } } });
    const { stderr } = await talosctl(['patch', 'machineconfig', '-p', patch, ...site.secure]);
    expect(stderr).toContain('Applied configuration without a reboot');
    expect(await talosctlOk(['get', 'resolvers', ...site.secure])).toContain('["9.9.9.9","149.112.112.112"]');
    expect(await talosctlOk(['read', '/etc/resolv.conf', ...site.secure])).toContain('nameserver 9.9.9.9');
    expect((await site.machine.control.state()).boots).toBe(2);
  });

  it('is the same cluster after a reboot, a power cut, and a new start of its process', async () => {
    const before = await clusterOf(site);
    await talosctlOk(['reboot', ...site.secure], 60_000);
    const rebooted = await site.machine.control.waitFor(({ kubernetesReady }) => kubernetesReady, 60_000);
    expect(await clusterOf(site)).toEqual(before);

    await site.machine.control.powerCut();
    await site.machine.control.waitFor(
      ({ kubernetesReady, bootId }) => kubernetesReady && bootId !== rebooted.bootId,
      60_000,
    );
    await site.machine.restart();
    const after = await site.machine.control.waitFor(({ kubernetesReady }) => kubernetesReady, 60_000);
    expect(await clusterOf(site)).toEqual(before);
    expect(after).toMatchObject({ bootstrapped: true, resolvers: ['9.9.9.9', '149.112.112.112'] });
    expect(after.effects).toMatchObject({ applyConfiguration: 2, install: 1, bootstrap: 1, reboot: 1 });
  }, 120_000);

  it('is in maintenance mode and empty after a reset of its state', async () => {
    const wipe = ['--system-labels-to-wipe', 'STATE', '--system-labels-to-wipe', 'EPHEMERAL', '--reboot'];
    await talosctlOk(['reset', ...wipe, ...site.secure], 60_000);
    const state = await site.machine.control.waitFor(({ stage }) => stage === 'maintenance');
    expect(state).toMatchObject({ bootstrapped: false, config: null, effects: { reset: 1 } });
    expect(await talosctlOk(['get', 'disks', ...site.insecure])).toContain('sda');
  });
});

/** What makes the cluster this one and no other: uid of kube-system. */
async function clusterOf(site: Installation): Promise<string | undefined> {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromString(await readFile(path.join(site.folder, 'kubeconfig'), 'utf8'));
  return (await kubeconfig.makeApiClient(CoreV1Api).readNamespace({ name: 'kube-system' })).metadata?.uid;
}

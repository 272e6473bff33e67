import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { simulationPorts } from '../../simulation/index.ts';
import { NODE_IP, bootKubernetes, openByHand } from './by-hand.ts';

describe('the simulated world', () => {
  it('goes on while nobody looks, and another process finds it where it would be', async () => {
    const node = await openByHand('all-well', 600);
    const { ports, signal, target, machineConfig, home } = node;
    await ports.talos.applyInsecure(NODE_IP, machineConfig, signal);
    expect((await ports.talos.mode(NODE_IP, signal)).mode).toBe('silent');
    // Five simulated minutes, in which this process asks nothing of the world.
    await delay(500);
    const later = simulationPorts({ scenario: 'all-well', speed: 600, home });
    expect(await later.talos.mode(NODE_IP, signal)).toEqual({ mode: 'configured' });
    expect(await later.talos.version(target, signal)).toBe('v1.12.0');
  });

  it('keeps what happened once, whatever process it happened in', async () => {
    const node = await openByHand('all-well');
    const cluster = await bootKubernetes(node);
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' };
    const before = await cluster.get(ref, node.signal);
    const later = simulationPorts({ scenario: 'all-well', speed: 3_600, home: node.home });
    await expect(later.talos.bootstrap(node.target, node.signal)).rejects.toMatchObject({ fault: 'already-exists' });
    const again = await later.kubernetes.connect(`${node.target.talosconfig}.kubeconfig`);
    expect((await again.get(ref, node.signal))?.metadata.uid).toBe(before?.metadata.uid);
  });

  it('takes up its clock at another speed without a jump', async () => {
    const node = await openByHand('all-well', 100);
    await node.ports.talos.mode(NODE_IP, node.signal);
    const before = node.ports.clock.now().getTime();
    const later = simulationPorts({ scenario: 'all-well', speed: 10_000, home: node.home });
    const gap = later.clock.now().getTime() - before;
    expect(gap).toBeGreaterThanOrEqual(0);
    expect(gap).toBeLessThan(1_000_000);
  });

  it('begins anew for another scenario', async () => {
    const home = await mkdtemp(join(tmpdir(), 'appliance-simulation-'));
    try {
      const stateFile = join(home, 'world.json');
      const signal = AbortSignal.timeout(10_000);
      const foreign = simulationPorts({ scenario: 'node-already-installed', speed: 60, home, stateFile });
      expect(await foreign.talos.mode(NODE_IP, signal)).toEqual({ mode: 'configured' });
      const fresh = simulationPorts({ scenario: 'all-well', speed: 60, home, stateFile });
      expect(await fresh.talos.mode(NODE_IP, signal)).toEqual({ mode: 'maintenance' });
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  it('says which file it cannot read, and what to do', async () => {
    const { home } = await openByHand('all-well');
    const stateFile = join(home, 'world.json');
    await writeFile(stateFile, '{"format":1,');
    expect(() => simulationPorts({ scenario: 'all-well', home, stateFile })).toThrow(
      `the simulated world in ${stateFile} cannot be read; delete the file`,
    );
  });

  it('lies in a file that only its owner can read', async () => {
    const { ports, home, signal } = await openByHand('all-well');
    await ports.talos.mode(NODE_IP, signal);
    const { mode } = await stat(join(home, '.world', 'all-well.json'));
    expect(mode & 0o777).toBe(0o600);
  });

  it.each([
    [{ scenario: 'all-wel' }, /unknown scenario "all-wel".*all-well, worker-image-missing/],
    [{ scenario: 'all-well', speed: 0 }, /speed 0/],
    [{ scenario: 'all-well', speed: Number.NaN }, /speed NaN/],
  ])('refuses %o', (options, words) => {
    expect(() => simulationPorts({ home: tmpdir(), ...options })).toThrow(words);
  });
});

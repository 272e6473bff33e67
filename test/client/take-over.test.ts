import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLease, replaceLease } from '../../holder/lease.ts';
import { ref } from '../../kubernetes/addresses.ts';
import type { InstallProgress } from '../../model/progress.ts';
import { SITE_FILES, siteFolder } from '../../site-folder/index.ts';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import { SITE, laptop, sharedWorld } from './support/two-laptops.ts';
import type { Laptop } from './support/two-laptops.ts';

const signal = AbortSignal.timeout(175_000);
const ORDER = ['--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/a/appliance.git', '--yes', '--detach'];

async function clusterOf({ home, ports }: Laptop): Promise<Cluster> {
  return ports.kubernetes.connect(siteFolder(home, SITE).path(SITE_FILES.kubeconfig));
}

/** The images that were pulled so far, and every object that a step has written, with its version. */
async function written(cluster: Cluster): Promise<(string | undefined)[]> {
  const refs = [
    ref.configMap('alga-system', 'appliance-release-selection'),
    ref.configMap('alga-system', 'appliance-install'),
    ref.secret('appliance-system', 'appliance-status-auth'),
    ref.gitRepository('alga-appliance'),
  ];
  const found = await Promise.all(refs.map((at) => cluster.get(at, signal)));
  return found.map((object) => object?.metadata.resourceVersion);
}

/** A laptop whose install of that appliance has come to the long pull of the core. */
async function pulling(world: Parameters<typeof laptop>[0]): Promise<{
  readonly first: Laptop;
  readonly begun: InstallProgress;
}> {
  const first = await laptop(world);
  expect((await first.run('start', '--fresh', ...ORDER)).exit).toBe(0);
  return { first, begun: await first.until(({ phase }) => phase === 'core') };
}

test(
  'in the middle of a pull: another laptop goes on, and the first one does nothing once it is awake',
  { timeout: 180_000 },
  async () => {
    const world = sharedWorld('slow-core-pull', 120);
    const { first, begun } = await pulling(world);
    await first.sleep();
    const cluster = await clusterOf(first);
    expect((await readLease(cluster, signal))?.holder).toMatchObject({ epoch: 1 });

    const second = await laptop(world, first);
    const asked = await second.run('resume');
    expect(asked.exit).toBe(6);
    expect(asked.stderr).toMatch(/berlin is held by \S+@\S+ since \S+ \(epoch 1\)\./);
    expect(asked.stderr).toContain('Its install was running, at "');
    expect(asked.stderr).toContain('resume --take-over`');
    expect((await readLease(cluster, signal))?.holder.epoch).toBe(1);

    const taken = await second.run('resume', '--take-over', '--detach');
    expect([taken.exit, taken.stderr]).toEqual([0, expect.stringContaining('This machine holds berlin now')]);
    const resumed = await second.until(({ phase }) => phase === 'core');
    // The same install goes on: nothing of what was done is walked again.
    expect(resumed.facts.installId).toBe(begun.facts.installId);
    expect(resumed.phases.filter(({ state }) => state === 'done').map(({ id }) => id)).toEqual(
      expect.arrayContaining(['host', 'storage', 'gitops', 'identity', 'release', 'status-page']),
    );

    await first.wake();
    const parked = await first.until(({ blockers }) => blockers.some(({ code }) => code === 'site-held-elsewhere'));
    expect(parked.nextAction).toContain('resume --take-over');
    const end = await second.until(({ state }) => state === 'complete');
    expect(end.phases.map(({ state }) => state)).toEqual(end.phases.map(() => 'done'));

    // Its copy of the end is written by then.
    await second.sleep();
    const before = await written(cluster);
    for (const call of [
      ['status'],
      ['retry'],
      ['pause'],
      ['set', '--dns-servers', '1.1.1.1'],
      ['resume'],
      ['start', '--fresh', ...ORDER],
      ['token', 'rotate'],
    ]) {
      const { exit, stderr } = await first.run(...call);
      expect([call[0], exit, stderr]).toEqual([
        call[0],
        6,
        expect.stringMatching(/is held by \S+@\S+ since \S+ \(epoch 2\)/),
      ]);
    }
    const cancelled = await first.run('cancel', '--yes');
    expect([cancelled.exit, cancelled.stderr]).toEqual([
      6,
      expect.stringContaining('The run on this machine is cancelled.'),
    ]);
    expect(await written(cluster)).toEqual(before);
    const lease = await readLease(cluster, signal);
    expect(lease).toMatchObject({ holder: { epoch: 2 }, operation: null });
  },
);

test(
  'without a copy of the state it goes on from the first step; a claim that died half-way is completed',
  { timeout: 180_000 },
  async () => {
    const world = sharedWorld('all-well', 600);
    const first = await laptop(world);
    await first.run('start', '--fresh', ...ORDER);
    await first.until(({ phase }) => ['core', 'bootstrap', 'login', 'background', 'finish'].includes(phase));
    await first.sleep();
    const second = await laptop(world, first);
    const cluster = await clusterOf(second);
    await rm(join(second.home, SITE, SITE_FILES.carried), { force: true });
    await cluster.delete(ref.configMap('alga-system', 'appliance-install'), {}, signal);
    const asked = await second.run('resume');
    expect(asked.stderr).toContain('it continues from the first step');

    // Another try of the same person's died between the Lease and the right to write.
    const lease = await readLease(cluster, signal);
    if (!lease) throw new Error('the first laptop holds it');
    const me = await second.ports.operator();
    const since = new Date().toISOString();
    await replaceLease(cluster, lease, { ...me, epoch: 2, since }, null, signal);

    const taken = await second.run('resume', '--take-over', '--detach');
    expect([taken.exit, taken.stderr]).toEqual([0, expect.stringContaining('This machine holds berlin now')]);
    // Who has the copy of an order has not the consent that was given with it: there is data on the node by now.
    const data = ref.claim('msp', 'alga-core-sebastian-postgres-data');
    const there = await cluster.get(data, signal);
    const parked = await second.until(({ state }) => state === 'parked');
    expect(parked.blockers.map(({ code }) => code)).toEqual(['confirmation-needed']);
    expect((await cluster.get(data, signal))?.metadata.uid).toBe(there?.metadata.uid);
    expect(there).not.toBeNull();
    expect((await readLease(cluster, signal))?.holder).toMatchObject({ operatorId: me.operatorId });
  },
);

test(
  'beside one Temporal server the run of the one that is taken over ends, and its laptop says whose the site is',
  { timeout: 180_000 },
  async () => {
    const world = sharedWorld('slow-core-pull', 120);
    const { first, begun } = await pulling(world);
    const second = await laptop(world, first, 'one server');
    for (const call of [['status'], ['retry'], ['cancel', '--yes'], ['resume']]) {
      const { exit, stderr } = await second.run(...call);
      expect([call[0], exit, stderr]).toEqual([call[0], 6, expect.stringMatching(/is held by \S+@\S+ .*\(epoch 1\)/)]);
    }
    const taken = await second.run('resume', '--take-over', '--detach');
    expect([taken.exit, taken.stderr]).toEqual([0, expect.stringContaining('This machine holds berlin now')]);
    await expect(first.until(() => false)).rejects.toThrow('the run is TERMINATED');
    const resumed = await second.until(({ phase }) => phase === 'core');
    expect(resumed.facts.installId).toBe(begun.facts.installId);
    const late = await first.run('resume');
    expect([late.exit, late.stderr]).toEqual([6, expect.stringMatching(/is held by \S+@\S+ .*\(epoch 2\)/)]);
    const end = await second.until(({ state }) => state === 'complete');
    expect(end.phases.map(({ state }) => state)).toEqual(end.phases.map(() => 'done'));
  },
);

import { describe, expect, test } from 'vitest';
import { configureNode } from '../../../activities/phases/host/configure-node.ts';
import { reachNode } from '../../../activities/phases/host/reach-node.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { blockersFrom, fastClock, runSteps, testSite } from '../context.ts';
import { TO_ETCD, newNode, realTalos } from './machine.ts';

describe('what stands at the address', () => {
  test('nothing: the node is off, elsewhere or already installed', async () => {
    const { machine, site } = await newNode();
    await machine.stop();
    const [blocker] = await blockersFrom(reachNode(site.context()));
    expect(blocker).toMatchObject({ code: 'talos-maintenance-unreachable', retry: 'automatic', loginBlocking: true });
    expect(blocker?.evidence[0]?.message).toContain('connection refused');
    expect(blocker?.nextAction).toContain(machine.address);
  });

  test('nothing, where this site has installed a node before: it is off, and not looked for in maintenance mode', async () => {
    const { machine, site } = await newNode();
    await machine.stop();
    await site.record({ kubeSystemUid: 'ours', talosCaFingerprint: null });
    const [blocker] = await blockersFrom(reachNode(site.context()));
    expect(blocker).toMatchObject({ code: 'talos-api-unreachable' });
  });

  test("somebody else's node: it is left alone", async () => {
    const { site, machine } = await newNode({ alreadyConfigured: true });
    const [blocker] = await blockersFrom(reachNode(site.context()));
    expect(blocker).toMatchObject({ code: 'talos-already-configured', retry: 'manual' });
    expect(blocker?.reason).toContain('Nothing was changed');
    expect(await site.folder.list()).toEqual([]);
    expect((await machine.control.state()).effects).toEqual({});
  });

  test("somebody else's node, with keys of ours from another one: they stay, and the run stops", async () => {
    const { site, machine } = await newNode({ alreadyConfigured: true });
    const elsewhere = await testSite({
      clock: fastClock(10),
      talos: { ...realTalos(50_000), mode: async () => ({ mode: 'maintenance' }), applyInsecure: async () => {} },
    });
    await configureNode(elsewhere.context());
    const mine = (await elsewhere.folder.read(SITE_FILES.talosconfig)) ?? '';
    await site.folder.write(SITE_FILES.talosconfig, mine);
    const [blocker] = await blockersFrom(reachNode(site.context()));
    expect(blocker).toMatchObject({ code: 'talos-tls-mismatch', retry: 'after-change' });
    expect(blocker?.reason).toContain(site.folder.path(SITE_FILES.talosconfig));
    expect(blocker?.evidence[0]?.message).toContain('x509: certificate signed by unknown authority');
    expect(await site.folder.read(SITE_FILES.talosconfig)).toBe(mine);
    expect((await machine.control.state()).effects).toEqual({});
  });

  test('an empty node, where the files of an existing cluster were named', async () => {
    const { site } = await newNode();
    const existingCluster = { kubeconfig: null, talosconfig: '/dev/null' };
    const [blocker] = await blockersFrom(reachNode(site.context({ spec: { existingCluster } })));
    expect(blocker).toMatchObject({ code: 'input-invalid' });
  });

  test('our own node, whose talosconfig was lost and whose secrets were not: it is made again from them', async () => {
    const { site } = await newNode();
    await runSteps(site, TO_ETCD);
    await site.folder.remove(SITE_FILES.talosconfig);
    const outcome = await reachNode(site.context());
    expect(outcome.facts).toEqual({ alreadyInstalled: true });
  });

  test('a node of ours with another talosconfig than the record names', async () => {
    const { site } = await newNode();
    await runSteps(site, TO_ETCD);
    await site.record({ kubeSystemUid: 'x', talosCaFingerprint: '0'.repeat(64) });
    const [blocker] = await blockersFrom(reachNode(site.context()));
    expect(blocker).toMatchObject({ code: 'foreign-cluster' });
  });

  test("a node whose clock is far off says so, and not that somebody's certificate has expired", async () => {
    const { site, machine } = await newNode();
    await runSteps(site, TO_ETCD);
    await machine.control.addFault({ kind: 'clock-off', offsetMs: -2 * 3_600_000 });
    await machine.control.reboot();
    await machine.control.waitFor(({ stage, boots }) => boots > 2 && stage === 'running');
    const steady = site.context({ ports: { clock: fastClock(1) } });
    const [blocker] = await blockersFrom(reachNode(steady));
    expect(blocker).toMatchObject({ code: 'clock-skew' });
  });
});

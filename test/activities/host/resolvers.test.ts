import { describe, expect, test } from 'vitest';
import { awaitSecureApi } from '../../../activities/phases/host/await-secure-api.ts';
import { configureNode } from '../../../activities/phases/host/configure-node.ts';
import { reachNode } from '../../../activities/phases/host/reach-node.ts';
import { setNodeResolvers } from '../../../activities/phases/host/set-node-resolvers.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { fastClock, runSteps } from '../context.ts';
import { TO_ETCD, testNode } from './machine.ts';

const OLD = { dnsServers: ['192.0.2.1'] };
const NEW = { dnsServers: ['192.0.2.53', '2001:db8::53'], ntpServers: ['time.example.org'] };
const REFUSED = { kind: 'dns-refused', resolver: '192.0.2.1' } as const;

describe('resolvers and time servers of the node', () => {
  test('a running node changes them without a reboot, once, and proves it', async () => {
    const { site, machine } = await testNode();
    const { facts } = await runSteps(site, TO_ETCD, { spec: OLD });
    const before = await machine.control.state();
    const first = await setNodeResolvers(site.context({ facts, spec: NEW }));
    expect(first.did).toBe('acted');
    const after = await machine.control.state();
    expect([after.resolvers, after.timeServers]).toEqual([NEW.dnsServers, NEW.ntpServers]);
    expect(after.boots).toBe(before.boots);

    const second = await setNodeResolvers(site.context({ facts, spec: NEW }));
    expect(second.did).toBe('nothing-to-do');
    const { calls, effects } = await machine.control.state();
    expect(effects).toEqual(after.effects);
    expect(calls['ApplyConfiguration']).toBe(after.calls['ApplyConfiguration']);
  });

  test('none given: the node keeps its own, and is not even asked', async () => {
    const { site, machine } = await testNode();
    const { facts } = await runSteps(site, TO_ETCD, { spec: OLD });
    const { calls } = await machine.control.state();
    await expect(setNodeResolvers(site.context({ facts }))).resolves.toMatchObject({ did: 'nothing-to-do' });
    expect((await machine.control.state()).calls).toEqual(calls);
  });

  test('a node that hangs on its installer takes other resolvers over its open API and goes on', async () => {
    const { site, machine } = await testNode({ faults: [REFUSED] });
    const { facts } = await runSteps(site, [reachNode, configureNode], { spec: OLD });
    await machine.control.waitFor(({ stage, mode }) => stage === 'installing' && mode === 'secure');
    const keys = await site.folder.read(SITE_FILES.machineConfig);
    const { outcomes } = await runSteps(site, [setNodeResolvers, awaitSecureApi], { facts, spec: NEW });
    expect(outcomes[0]).toMatchObject({ did: 'acted' });
    expect((await machine.control.state()).resolvers).toEqual(NEW.dnsServers);
    expect(await site.folder.read(SITE_FILES.machineConfig)).toBe(keys);
  });

  test('a node that hangs without any API, as real ones do, gets them when it comes back for its configuration', async () => {
    const { site, machine } = await testNode({ faults: [{ ...REFUSED, silent: true }] });
    const { facts } = await runSteps(site, [reachNode, configureNode], { spec: OLD });
    await machine.control.waitFor(({ stage }) => stage === 'installing');
    const told = await setNodeResolvers(site.context({ facts, spec: NEW }));
    expect(told.detail).toContain('as soon as it has one');
    const waiting = awaitSecureApi(site.context({ facts, spec: NEW, ports: { clock: fastClock(60) } }));
    // Three minutes of silence: where to look, and what to change.
    const seen = () => site.seen.join('\n');
    await expect.poll(seen, { timeout: 20_000 }).toMatch(/no answer for [34] minutes\..*the console of the machine/);
    expect(seen()).toContain(`uses the DNS servers ${NEW.dnsServers.join(', ')}`);
    expect(seen()).toContain('to use other DNS servers: --dns-servers');
    await machine.control.powerCut();
    await expect(waiting).resolves.toMatchObject({ detail: expect.stringContaining('answers') });
    expect((await machine.control.state()).resolvers).toEqual(NEW.dnsServers);
  });

  test('who names none is told after three minutes whom the node asked while it could be asked', async () => {
    const { site, machine } = await testNode({ faults: [{ ...REFUSED, silent: true }], resolver: '192.0.2.1' });
    const { facts } = await runSteps(site, [reachNode, configureNode], {});
    await machine.control.waitFor(({ stage }) => stage === 'installing');
    const waiting = awaitSecureApi(site.context({ facts, ports: { clock: fastClock(60) } }));
    waiting.catch(() => {});
    await expect
      .poll(() => site.seen.join('\n'), { timeout: 20_000 })
      .toContain('used the DNS servers 192.0.2.1 before it accepted its configuration');
    expect(site.seen.join('\n')).toContain('to use other DNS servers: --dns-servers');
    site.abort();
  });

  test('a node still in maintenance mode gets them with its configuration, keys unchanged', async () => {
    const { site, machine } = await testNode();
    await site.folder.write('unrelated', '');
    const talos = { ...site.context().ports.talos, applyInsecure: async () => {} };
    const { facts } = await runSteps(site, [reachNode, configureNode], { spec: OLD, ports: { talos } });
    const keys = await site.folder.read(SITE_FILES.secrets);
    const { outcomes } = await runSteps(site, [setNodeResolvers, awaitSecureApi], { facts, spec: NEW });
    expect(outcomes[0]).toMatchObject({ did: 'acted' });
    expect((await machine.control.state()).resolvers).toEqual(NEW.dnsServers);
    expect(await site.folder.read(SITE_FILES.secrets)).toBe(keys);
  });

  test('a node that ran and is silent now is waited for, not forgotten', async () => {
    const { site, machine } = await testNode();
    const { facts } = await runSteps(site, TO_ETCD, { spec: OLD });
    await machine.stop();
    const late = site.context({ facts: { ...facts, kubeSystemUid: 'known' }, spec: NEW });
    await expect(setNodeResolvers(late)).rejects.toMatchObject({ fault: 'unreachable' });
  });
});

import { describe, expect, test } from 'vitest';
import { clock } from '../../../activities/adapters/clock.ts';
import type { TalosMachineOptions } from '../../../lab/talos-machine.ts';
import { runSteps, testSite } from '../context.ts';
import type { TestSite } from '../context.ts';
import { TO_ETCD, newNode } from '../host/machine.ts';
import type { Node } from '../host/machine.ts';
import { BRANCH, bareRemote, goodPorts, localRegistry, preflight } from './surroundings.ts';

/** A simulated machine asked by the real talosctl, with everything else well. */
async function aNode(options: Partial<TalosMachineOptions> = {}): Promise<Node & { checked: TestSite }> {
  const node = await newNode(options);
  const [{ host }, { url }] = [await localRegistry(), await bareRemote()];
  const checked = await testSite(
    { ...goodPorts(host), clock, talos: node.talos },
    {
      nodeIp: node.machine.address,
      repo: { url, branch: BRANCH, path: './flux/profiles/talos-single-node' },
      skipImageTagValidation: true,
    },
    node.site.folder,
  );
  return { ...node, checked };
}

const NODE_CHECKS = ['programs', 'node', 'node-disk', 'node-network', 'node-clock'];
const only = (results: Record<string, string>): (string | undefined)[] => NODE_CHECKS.map((id) => results[id]);

describe('a node asked before anything is touched', () => {
  test('in maintenance mode: disk, card and clock are found good', async () => {
    const { checked, machine } = await aNode();
    const { results, checks } = await preflight(checked, { spec: { interface: 'eth0' } });
    expect(only(results)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
    expect(checks.find(({ id }) => id === 'node-disk')?.detail).toMatch(/^\/dev\/sda has \d+ GB/);
    expect((await machine.control.state()).effects).toEqual({});
  });

  test('without the disk that was chosen', async () => {
    const { checked } = await aNode({ faults: [{ kind: 'disk-missing', disk: '/dev/sda' }] });
    expect((await preflight(checked)).blockers).toMatchObject([{ code: 'talos-disk-not-found' }]);
  });

  test.each([
    { hours: 48, result: 'warning' },
    { hours: -200 * 24, result: 'failed' },
  ])('with a clock $hours hours off, read from its certificate: $result', async ({ hours, result }) => {
    const { checked, machine } = await aNode();
    await machine.control.addFault({ kind: 'clock-off', offsetMs: hours * 3_600_000 });
    await machine.control.reboot();
    await machine.control.waitFor(({ stage, boots }) => stage === 'maintenance' && boots > 1);
    const { results, checks } = await preflight(checked);
    expect(results['node-clock']).toBe(result);
    expect(checks.find(({ id }) => id === 'node-clock')?.detail).toMatch(hours > 0 ? /ahead of/ : /behind/);
  });

  test("somebody else's", async () => {
    const { checked } = await aNode({ alreadyConfigured: true });
    expect((await preflight(checked)).blockers).toMatchObject([{ code: 'talos-already-configured' }]);
    expect(await checked.folder.list()).toEqual([]);
  });

  test("this site's own, installed before: nothing stands against going on", async () => {
    const { checked, site } = await aNode();
    await runSteps(site, TO_ETCD);
    const { results, blockers, checks } = await preflight(checked);
    expect(blockers).toEqual([]);
    expect(only(results)).toEqual(['passed', 'passed', 'skipped', 'skipped', 'passed']);
    expect(checks.find(({ id }) => id === 'key-material')?.detail).toContain('will be used again');
  });
});

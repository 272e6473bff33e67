import { describe, expect, test } from 'vitest';
import { awaitNode } from '../../../activities/phases/host/await-node.ts';
import { awaitSecureApi } from '../../../activities/phases/host/await-secure-api.ts';
import { bootstrapEtcd } from '../../../activities/phases/host/bootstrap-etcd.ts';
import { configureNode } from '../../../activities/phases/host/configure-node.ts';
import { fetchKubeconfig } from '../../../activities/phases/host/fetch-kubeconfig.ts';
import { reachNode } from '../../../activities/phases/host/reach-node.ts';
import { setNodeResolvers } from '../../../activities/phases/host/set-node-resolvers.ts';
import type { PhaseRun } from '../../../activities/phase-context.ts';
import type { TalosPort } from '../../../activities/ports/talos.ts';
import { siteRecord } from '../../../model/site.ts';
import type { SiteRecord } from '../../../model/site.ts';
import { simulationPorts } from '../../../simulation/index.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PrivateFolder } from '../../../site-folder/index.ts';
import { temporaryFolder } from '../../client/support/run-client.ts';
import { blockersFrom, runSteps, testSite } from '../context.ts';
import type { TestSite } from '../context.ts';

const KEYS = [SITE_FILES.secrets, SITE_FILES.machineConfig, SITE_FILES.talosconfig] as const;
const DNS = ['192.0.2.53'];
const HOST: [string, PhaseRun][] = Object.entries({
  reachNode,
  configureNode,
  setNodeResolvers,
  awaitSecureApi,
  bootstrapEtcd,
  fetchKubeconfig,
  awaitNode,
});

interface Played {
  readonly site: TestSite;
  /** What was done to the node, in order. */
  readonly done: string[];
  /** What the record said of keys when the node was given its configuration. */
  readonly noted: SiteRecord['keys'][];
  record(): Promise<SiteRecord>;
}

/** A recorded site and its simulated node, which waits for its first configuration. */
async function played(): Promise<Played> {
  const { talos, kubernetes, clock } = simulationPorts({
    scenario: 'all-well',
    speed: 300,
    home: await temporaryFolder(),
  });
  const done: string[] = [];
  const noted: SiteRecord['keys'][] = [];
  const watched: TalosPort = {
    ...talos,
    applyInsecure: async (...given) => {
      done.push('configuration');
      noted.push((await record()).keys);
      return talos.applyInsecure(...given);
    },
    bootstrap: async (...given) => {
      done.push('bootstrap');
      return talos.bootstrap(...given);
    },
    setResolvers: async (...given) => {
      done.push('resolvers');
      return talos.setResolvers(...given);
    },
  };
  const site = await testSite({ clock, kubernetes, talos: watched }, { dnsServers: DNS });
  await site.record(null);
  const record = async (): Promise<SiteRecord> =>
    siteRecord.parse(JSON.parse((await site.folder.read(SITE_FILES.record)) ?? ''));
  return { site, done, noted, record };
}

async function lose(folder: PrivateFolder, names: readonly string[]): Promise<void> {
  for (const name of names) await folder.remove(name);
}

const ALL = [...KEYS, SITE_FILES.kubeconfig];

describe('the keys of a site', () => {
  test('are on record, with their authority, before anything is done with them', async () => {
    const { site, noted, record } = await played();
    await runSteps(site, [reachNode, configureNode]);
    const talosCaFingerprint = await site.context().ports.talos.caFingerprint(site.folder.path(SITE_FILES.talosconfig));
    expect(noted).toEqual([{ talosCaFingerprint }]);
    expect((await record()).keys).toEqual({ talosCaFingerprint });
  });

  test('are made for a site of a client up to 0.1.0 that has none', async () => {
    const { site, record } = await played();
    expect((await record()).keys).toBeUndefined();
    expect((await runSteps(site, [reachNode, configureNode])).outcomes.at(-1)).toMatchObject({ did: 'acted' });
  });
});

describe('a site whose key files are lost', () => {
  test.each(HOST)('stops in %s, makes none anew and does nothing to the node', async (name, step) => {
    const { site, done } = await played();
    const installed = HOST.slice(
      0,
      HOST.findIndex(([other]) => other === name),
    ).map(([, run]) => run);
    // A node that waits for its first configuration is what has new keys made.
    const { facts } = await runSteps(site, name === 'reachNode' ? HOST.map(([, run]) => run) : installed);
    if (name === 'configureNode') await site.record({ kubeSystemUid: 'x', talosCaFingerprint: 'f'.repeat(64) });
    await lose(site.folder, ALL);
    const before = [...done];
    const given = name === 'reachNode' ? {} : facts;
    const [blocker] = await blockersFrom(step(site.context({ facts: given })));
    expect(blocker).toMatchObject({ code: 'key-material-missing', loginBlocking: true });
    expect(done).toEqual(before);
    for (const file of ALL) expect(await site.folder.exists(file), file).toBe(false);
  });

  test('is told so by a fresh install of a node that was wiped: new keys would be those of another site', async () => {
    const { site, record } = await played();
    await runSteps(site, [reachNode, configureNode]);
    const known = (await record()).keys?.talosCaFingerprint ?? 'none';
    await lose(site.folder, ALL);
    const other = await played();
    const ports = { talos: other.site.context().ports.talos };
    const facts = { alreadyInstalled: false };
    const [blocker] = await blockersFrom(configureNode(site.context({ ports, facts })));
    expect(blocker).toMatchObject({ code: 'key-material-missing', retry: 'after-change' });
    expect(blocker?.reason).toContain(known);
    expect(blocker?.nextAction).toContain('Copy secrets.yaml');
    expect(other.done).toEqual([]);
  });

  test.each(HOST.slice(2, 6))('but for its secrets has them made again of these in %s', async (name, step) => {
    const { site } = await played();
    const at = HOST.findIndex(([other]) => other === name);
    const { facts } = await runSteps(
      site,
      HOST.slice(0, at).map(([, run]) => run),
    );
    await site.folder.remove(SITE_FILES.talosconfig);
    await step(site.context({ facts }));
    expect(await site.folder.exists(SITE_FILES.talosconfig)).toBe(true);
  });
});

describe('key files that are not those of the record', () => {
  test.each([
    ['all of them', [...KEYS], []],
    ['the machine configuration', [SITE_FILES.machineConfig], []],
    ['the talosconfig', [SITE_FILES.talosconfig], []],
    ['the secrets, and nothing else is left', [SITE_FILES.secrets], [SITE_FILES.machineConfig, SITE_FILES.talosconfig]],
  ])('are never used: %s', async (_, foreign, lost) => {
    const [mine, theirs] = [await played(), await played()];
    const { facts } = await runSteps(mine.site, [reachNode, configureNode]);
    await runSteps(theirs.site, [reachNode, configureNode]);
    for (const name of foreign) await mine.site.folder.write(name, (await theirs.site.folder.read(name)) ?? 'none');
    await lose(mine.site.folder, lost);
    const before = [...mine.done];
    const [blocker] = await blockersFrom(configureNode(mine.site.context({ facts })));
    expect(blocker).toMatchObject({ code: 'key-material-missing' });
    expect(mine.done).toEqual(before);
    for (const name of lost) expect(await mine.site.folder.exists(name), name).toBe(false);
  });

  test('are not handed to a node that comes back for its configuration', async () => {
    const [mine, theirs] = [await played(), await played()];
    const { facts } = await runSteps(mine.site, [reachNode, configureNode]);
    await runSteps(theirs.site, [reachNode, configureNode]);
    await mine.site.folder.write(
      SITE_FILES.machineConfig,
      (await theirs.site.folder.read(SITE_FILES.machineConfig)) ?? 'none',
    );
    const empty = await played();
    const ports = { talos: empty.site.context().ports.talos };
    const [blocker] = await blockersFrom(awaitSecureApi(mine.site.context({ facts, ports })));
    expect(blocker).toMatchObject({ code: 'key-material-missing' });
    expect(empty.done).toEqual([]);
  });
});

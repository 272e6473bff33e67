import { copyFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { fetchKubeconfig } from '../../../activities/phases/host/fetch-kubeconfig.ts';
import { reachNode } from '../../../activities/phases/host/reach-node.ts';
import { freeTalosAddress, startTalosMachine } from '../../../lab/talos-machine.ts';
import type { TalosMachine } from '../../../lab/talos-machine.ts';
import { siteRecord } from '../../../model/site.ts';
import { privateFolder } from '../../../site-folder/index.ts';
import type { PrivateFolder } from '../../../site-folder/index.ts';
import { blockersFrom, fastClock, runSteps, testSite } from '../context.ts';
import type { TestSite } from '../context.ts';
import { WHOLE, realTalos } from './machine.ts';
import { needs } from '../../support/needs.ts';

needs('etcd', 'kube-apiserver');

/** One machine with a real etcd and API server for this file; the tests go on where the one before ended. */
let machine: TalosMachine;
let root: string;
let installed: PrivateFolder;
let port: number;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'appliance-host-'));
  const where = await freeTalosAddress();
  port = where.port;
  machine = await startTalosMachine({ ...where, stateDir: join(root, 'machine'), kubernetes: {} });
  installed = privateFolder(join(root, 'site'));
});
afterAll(async () => {
  await machine?.kill();
  await rm(root, { recursive: true, force: true });
});

/** A site in the folder that the first test installed, with the real talosctl and API server. */
async function siteOnNode(folder?: PrivateFolder): Promise<TestSite> {
  const ports = { clock: fastClock(10), kubernetes: kubernetesPort(), talos: realTalos(port) };
  return testSite(ports, { nodeIp: machine.address, dnsServers: ['192.0.2.53'], hostname: 'front-desk' }, folder);
}

async function contents(folder: PrivateFolder): Promise<Record<string, string>> {
  const names = (await readdir(folder.root)).toSorted();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(folder.path(name), 'utf8')] as const)),
  );
}

describe('the host phase on a real Talos API', () => {
  test('takes an empty machine to a Ready node, everything once', async () => {
    const site = await siteOnNode(installed);
    await site.record(null);
    const { outcomes, facts } = await runSteps(site, WHOLE);

    expect(facts).toMatchObject({ alreadyInstalled: false, nodeName: 'front-desk' });
    expect(outcomes.map(({ did }) => did)).toEqual([
      'nothing-to-do',
      'acted',
      'nothing-to-do',
      'nothing-to-do',
      'acted',
      'acted',
      'nothing-to-do',
    ]);
    const { effects, resolvers, hostname } = await machine.control.state();
    expect(effects).toMatchObject({ applyConfiguration: 1, install: 1, bootstrap: 1 });
    expect({ resolvers, hostname }).toEqual({ resolvers: ['192.0.2.53'], hostname: 'front-desk' });
    expect(site.seen.join('\n')).toContain('no answer: it is installing Talos to its disk or rebooting');
  });

  test('leaves only files that nobody else can read', async () => {
    const modes = await Promise.all(
      (await readdir(installed.root)).map(async (name) => [name, (await stat(installed.path(name))).mode & 0o777]),
    );
    expect(Object.fromEntries(modes)).toEqual({
      'controlplane.yaml': 0o600,
      'handover.json': 0o600,
      kubeconfig: 0o600,
      'secrets.yaml': 0o600,
      'site.json': 0o600,
      talosconfig: 0o600,
    });
    expect((await stat(installed.root)).mode & 0o777).toBe(0o700);
  });

  test('the talosconfig names its node, so that a person needs no flags with it', async () => {
    const { context, contexts } = parse((await installed.read('talosconfig')) ?? '');
    expect(contexts[context]).toMatchObject({ endpoints: [machine.address], nodes: [machine.address] });
  });

  test('records whose cluster it is', async () => {
    const site = await siteOnNode(installed);
    const record = siteRecord.parse(JSON.parse((await installed.read('site.json')) ?? ''));
    expect(record.cluster?.kubeSystemUid).toMatch(/^[0-9a-f-]{36}$/);
    expect(record.cluster?.talosCaFingerprint).toBe(
      await site.context().ports.talos.caFingerprint(installed.path('talosconfig')),
    );
  });

  test('copied keys put no cluster on record for a fresh install, which could wipe it then; `--recover` takes it over (lesson 2)', async () => {
    const copy = privateFolder(join(root, 'copy'));
    for (const name of ['talosconfig', 'kubeconfig']) await copy.write(name, (await installed.read(name)) ?? '');
    const site = await siteOnNode(copy);
    await site.record(null);
    const onRecord = async () => siteRecord.parse(JSON.parse((await copy.read('site.json')) ?? '')).cluster;
    const { facts } = await runSteps(site, WHOLE, { spec: { mode: 'fresh' } });
    expect(facts).toMatchObject({ alreadyInstalled: true, kubeSystemUid: expect.any(String) });
    expect(await onRecord()).toBeNull();
    await runSteps(site, WHOLE, { spec: { mode: 'recover' } });
    expect(await onRecord()).toMatchObject({ kubeSystemUid: facts.kubeSystemUid });
  });

  test('a second fresh start changes neither keys, configuration nor node (lesson 1)', async () => {
    const [before, state] = [await contents(installed), await machine.control.state()];
    const { facts, outcomes } = await runSteps(await siteOnNode(installed), WHOLE);
    expect(facts.alreadyInstalled).toBe(true);
    expect(outcomes.map(({ did }) => did)).toEqual(WHOLE.map(() => 'nothing-to-do'));
    expect(await contents(installed)).toEqual(before);
    const after = await machine.control.state();
    expect(after.effects).toEqual(state.effects);
    expect(after.config).toEqual(state.config);
  });

  test('an exported TALOSCONFIG or KUBECONFIG has no say (lesson 2)', async () => {
    const foreign = join(root, 'foreign.yaml');
    await writeFile(foreign, 'context: other\ncontexts: {}\n');
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('TALOSCONFIG', foreign).stubEnv('KUBECONFIG', foreign);
    const { facts } = await runSteps(await siteOnNode(installed), WHOLE);
    expect(facts).toMatchObject({ alreadyInstalled: true, nodeName: 'front-desk' });
  });

  test("another cluster's kubeconfig in the folder is replaced by this one's", async () => {
    const mine = (await installed.read('kubeconfig')) ?? '';
    const other = parse(mine);
    const strange = (await installed.read('talosconfig')) ?? '';
    other.clusters[0].cluster['certificate-authority-data'] = parse(strange).contexts['alga-appliance'].ca;
    await installed.write('kubeconfig', JSON.stringify(other));
    const site = await siteOnNode(installed);
    const outcome = await fetchKubeconfig(site.context({ facts: { alreadyInstalled: true } }));
    expect(outcome.did).toBe('acted');
    expect(parse((await installed.read('kubeconfig')) ?? '').clusters).toEqual(parse(mine).clusters);
  });

  test('a kubeconfig that points to an earlier address is replaced, and not waited for', async () => {
    const mine = (await installed.read('kubeconfig')) ?? '';
    await installed.write('kubeconfig', mine.replace(/server: \S+/, 'server: https://127.0.0.1:1'));
    const outcome = await fetchKubeconfig((await siteOnNode(installed)).context({ facts: { alreadyInstalled: true } }));
    expect(outcome.did).toBe('acted');
    expect(parse((await installed.read('kubeconfig')) ?? '').clusters).toEqual(parse(mine).clusters);
  });

  test('stops when the record names another cluster, and changes nothing', async () => {
    const site = await siteOnNode(installed);
    const good = (await installed.read('site.json')) ?? '';
    onTestFinished(() => installed.write('site.json', good));
    await site.record({ kubeSystemUid: 'another', talosCaFingerprint: null });
    const before = await contents(installed);
    const [blocker] = await blockersFrom(fetchKubeconfig(site.context({ facts: { alreadyInstalled: true } })));
    expect(blocker).toMatchObject({ code: 'foreign-cluster', retry: 'manual' });
    expect(blocker?.reason).toContain('recorded is another');
    expect(await contents(installed)).toEqual(before);
  });

  test('the named files of an existing cluster are used and not written', async () => {
    const named = { kubeconfig: join(root, 'my-kubeconfig'), talosconfig: join(root, 'my-talosconfig') };
    await copyFile(installed.path('kubeconfig'), named.kubeconfig);
    await copyFile(installed.path('talosconfig'), named.talosconfig);
    const before = await Promise.all(Object.values(named).map((file) => stat(file)));
    const site = await siteOnNode();
    const { facts } = await runSteps(site, WHOLE, { spec: { existingCluster: named } });
    expect(facts).toMatchObject({ alreadyInstalled: true, nodeName: 'front-desk' });
    expect(await site.folder.list()).toEqual([]);
    const after = await Promise.all(Object.values(named).map((file) => stat(file)));
    expect(after.map(({ mtimeMs, size }) => [mtimeMs, size])).toEqual(
      before.map(({ mtimeMs, size }) => [mtimeMs, size]),
    );
  });

  test('a kubeconfig alone chooses the cluster and leaves Talos alone', async () => {
    const site = await siteOnNode();
    const calls = (await machine.control.state()).calls;
    const kubeconfig = installed.path('kubeconfig');
    const { facts } = await runSteps(site, WHOLE, { spec: { existingCluster: { kubeconfig, talosconfig: null } } });
    expect(facts).toMatchObject({ nodeName: 'front-desk' });
    expect((await machine.control.state()).calls).toEqual(calls);
    expect(await site.folder.list()).toEqual([]);
  });

  test('a node whose keys are somewhere else is left alone, in words', async () => {
    const site = await siteOnNode();
    const [fresh] = await blockersFrom(reachNode(site.context()));
    expect(fresh).toMatchObject({ code: 'talos-already-configured' });
    const [recover] = await blockersFrom(reachNode(site.context({ spec: { mode: 'recover' } })));
    expect(recover).toMatchObject({ code: 'key-material-missing' });
    expect(recover?.nextAction).toContain('never created again for an installed node');
    expect(await site.folder.list()).toEqual([]);
  });
});

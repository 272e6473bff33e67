import { describe, expect, test } from 'vitest';
import { awaitSecureApi } from '../../../activities/phases/host/await-secure-api.ts';
import { bootstrapEtcd } from '../../../activities/phases/host/bootstrap-etcd.ts';
import { reachNode } from '../../../activities/phases/host/reach-node.ts';
import { wantedConfig } from '../../../activities/phases/host/wanted-config.ts';
import type { PhaseContext } from '../../../activities/phase-context.ts';
import { TalosError } from '../../../activities/ports/talos.ts';
import type { NodeMode, TalosPort, TalosService } from '../../../activities/ports/talos.ts';
import type { InstallFacts } from '../../../model/progress.ts';
import type { InstallSpec, SiteRecord } from '../../../model/site.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { blockersFrom, fastClock, testSite } from '../context.ts';
import type { TestSite } from '../context.ts';

const CONFIG = 'version: v1alpha1\nmachine: {}\ncluster: {}\n';
const CLUSTER = { kubeSystemUid: '11111111-1111-4111-8111-111111111111', talosCaFingerprint: 'aa' };
const HALF_AN_HOUR_AGO = new Date(Date.now() - 31 * 60_000).toISOString();

interface Played {
  readonly site: TestSite;
  /** What was done to the node, in order. */
  readonly done: string[];
  context(facts: InstallFacts, spec?: Partial<InstallSpec>): PhaseContext;
}

/** A site that has given its node its configuration half an hour ago, and a node that is as it is said to be. */
async function played(node: {
  mode: NodeMode['mode'];
  etcd?: (done: readonly string[]) => TalosService;
  cluster?: SiteRecord['cluster'];
}): Promise<Played> {
  const done: string[] = [];
  let mode = node.mode;
  const silent = new TalosError('unreachable', { command: 'talosctl', exitCode: 1, stdout: '', stderr: 'no route' });
  const talos: Partial<TalosPort> = {
    mode: async () => (mode === 'silent' ? { mode, error: silent } : { mode }),
    version: async () => 'v1.12.0',
    caFingerprint: async () => 'aa',
    validate: async () => {},
    resolvers: async () => ({ dns: [], ntp: [] }),
    kernelLog: async () => [],
    applyInsecure: async () => {
      done.push('configuration');
      mode = 'configured';
    },
    bootstrap: async () => void done.push('bootstrap'),
    services: async () => [node.etcd?.(done) ?? etcd('Preparing')],
  };
  const site = await testSite({ clock: fastClock(100), talos: talos as TalosPort }, { dnsServers: [], ntpServers: [] });
  await site.record(node.cluster ?? null);
  await site.folder.write(SITE_FILES.talosconfig, 'context: a\n');
  await site.folder.write(SITE_FILES.machineConfig, CONFIG);
  const wanted = await wantedConfig(site.context());
  const { nodeIp } = site.context().spec;
  const handover = { nodeIp, digest: wanted?.digest, times: 1, at: HALF_AN_HOUR_AGO };
  await site.folder.write(SITE_FILES.handover, JSON.stringify(handover));
  return { site, done, context: (facts, spec = {}) => site.context({ facts: { installId: 'i', ...facts }, spec }) };
}

function etcd(state: string, healthy = false): TalosService {
  return { id: 'etcd', state, healthy, message: '' };
}

/** Waits for its bootstrap, and is healthy after it. */
const empty = (done: readonly string[]): TalosService =>
  done.includes('bootstrap') ? etcd('Running', true) : etcd('Preparing');

describe('host steps that run a second time in the same install', () => {
  test('do not call a node installed before this install began that this install has installed itself', async () => {
    const { context } = await played({ mode: 'configured' });
    expect((await reachNode(context({ alreadyInstalled: false }))).facts).toEqual({ alreadyInstalled: false });
  });

  test('do not call one empty that was installed before and has lost its disk meanwhile', async () => {
    const { context } = await played({ mode: 'maintenance', cluster: CLUSTER });
    expect((await reachNode(context({ alreadyInstalled: true }))).facts).toEqual({ alreadyInstalled: true });
  });

  test.each([
    ['that this install has given its first one', { alreadyInstalled: false }],
    ['that has never been seen as a cluster', { alreadyInstalled: true }],
  ])('give a node its configuration again %s', async (_, facts) => {
    const { context, done } = await played({ mode: 'maintenance' });
    await awaitSecureApi(context(facts));
    expect(done).toEqual(['configuration']);
  });

  test('touch no node that comes up empty where a cluster is on record', async () => {
    const { context, done } = await played({ mode: 'maintenance', cluster: CLUSTER });
    const [blocker] = await blockersFrom(awaitSecureApi(context({ alreadyInstalled: true })));
    expect(blocker).toMatchObject({ code: 'talos-etcd-unhealthy', component: 'talos' });
    expect(done).toEqual([]);
  });
});

describe('an etcd without its data, where a cluster is on record', () => {
  test.each([true, false])(
    'is not bootstrapped with --recover: a person is told (installed: %s)',
    async (installed) => {
      const { context, done, site } = await played({ mode: 'configured', etcd: empty, cluster: CLUSTER });
      const [blocker] = await blockersFrom(
        bootstrapEtcd(context({ alreadyInstalled: installed }, { mode: 'recover' })),
      );
      expect(blocker).toMatchObject({ code: 'talos-etcd-unhealthy', component: 'etcd', loginBlocking: true });
      expect(blocker?.reason).toContain(CLUSTER.kubeSystemUid);
      expect(blocker?.nextAction).toMatch(/bootstrap --recover-from .*start --fresh/);
      expect(done).toEqual([]);
      expect(JSON.parse((await site.folder.read(SITE_FILES.record)) ?? '')).toMatchObject({ cluster: CLUSTER });
    },
  );

  test('is told from one that only takes a while to start', async () => {
    let looks = 0;
    const starts = (): TalosService => ((looks += 1) < 20 ? etcd('Preparing') : etcd('Running', true));
    const { context, done } = await played({ mode: 'configured', etcd: starts, cluster: CLUSTER });
    const outcome = await bootstrapEtcd(context({ alreadyInstalled: true }, { mode: 'recover' }));
    expect(outcome).toMatchObject({ did: 'nothing-to-do' });
    expect(done).toEqual([]);
  });

  test('is bootstrapped by a fresh install, and the cluster that is gone leaves the record first', async () => {
    const { context, done, site } = await played({ mode: 'configured', etcd: empty, cluster: CLUSTER });
    expect(await bootstrapEtcd(context({ alreadyInstalled: true }, { mode: 'fresh' }))).toMatchObject({ did: 'acted' });
    expect(done).toEqual(['bootstrap']);
    expect(JSON.parse((await site.folder.read(SITE_FILES.record)) ?? '')).toMatchObject({ cluster: null });
  });
});

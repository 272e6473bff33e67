import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applianceOf } from './appliance.ts';
import type { Appliance } from './appliance.ts';
import { startBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { clusterOf } from './cluster.ts';

/** One install that is stood in the way of again and again, freed each time, and ends without a new start. */
let bench: Bench;
let appliance: Appliance;

const CORE = ['chart-data-folder', 'image-missing=alga-psa-ee', 'image-unauthorized=redis', 'image-cut=pgbouncer'];
const TEMPORAL = ['chart-temporal-schema', 'chart-service-links'];
const WORKERS = ['image-missing=workflow-worker', 'image-unauthorized=temporal-worker'];
/** From the second test on the node asks the other resolver: the network's own may go on refusing. */
const DNS = 'dns-refused';

beforeAll(async () => {
  bench = await startBench(['git-branch-missing', DNS, 'disk-full', ...CORE]);
  appliance = applianceOf(bench);
  const { flags } = bench.lab;
  const start = await bench.run(['start', '--fresh', '--yes', '--detach', '--skip-image-tag-validation', ...flags]);
  expect(start.exitCode, start.all).toBe(0);
}, 300_000);

afterAll(() => bench?.down(), 120_000);

/** What is served changes, and Flux looks at once instead of within five minutes. */
async function play(...faults: readonly string[]): Promise<void> {
  await bench.lab.setFaults(faults);
  await clusterOf(bench).reconcile('GitRepository', 'flux-system', 'alga-appliance');
}

/** `kubectl delete pod`, as a next action says it. */
async function recreatePods(...prefixes: readonly string[]): Promise<void> {
  const { core } = clusterOf(bench);
  const { items } = await core.listNamespacedPod({ namespace: 'msp' });
  for (const { metadata } of items) {
    const name = metadata?.name ?? '';
    if (prefixes.some((prefix) => name.startsWith(prefix))) await core.deleteNamespacedPod({ namespace: 'msp', name });
  }
}

/** Where the chart that Flux has applied by now puts the database. */
async function databaseFolder(): Promise<string | undefined> {
  const set = await clusterOf(bench).apps.readNamespacedStatefulSet({ namespace: 'msp', name: 'db' });
  const mounts = set.spec?.template.spec?.containers[0]?.volumeMounts ?? [];
  return mounts.find(({ name }) => name === 'db-data')?.subPath;
}

describe('an install that is blocked', () => {
  test('by a branch that is not there: named at once, freed by a push', async () => {
    const [blocker] = await appliance.blockedBy([{ code: 'git-branch-missing' }], 60_000);
    expect(blocker?.nextAction).toContain('--repo-branch');
    await bench.lab.setFaults([DNS, 'disk-full', ...CORE]);
  }, 90_000);

  test('by a resolver that refuses the node: freed by another resolver', async () => {
    const wanted = { code: 'dns-resolution-failure', tier: 'platform', loginBlocking: true } as const;
    const [blocker] = await appliance.blockedBy([wanted], 60_000);
    expect(blocker?.nextAction).toContain('--dns-servers');
    const set = await bench.run(['set', '--dns-servers', bench.lab.record.otherResolver]);
    expect(set.exitCode, set.all).toBe(0);
  }, 120_000);

  test("by the node's disk, which is nearly full: freed by room on it", async () => {
    const wanted = { code: 'disk-pressure', tier: 'platform', loginBlocking: true } as const;
    const [blocker] = await appliance.blockedBy([wanted], 180_000);
    expect(blocker?.nextAction).toContain('usage /var');
    await bench.lab.setFaults([DNS, ...CORE]);
  }, 200_000);

  test('by four faults of the core at once, each told by itself', async () => {
    const blockers = await appliance.blockedBy(
      [
        { code: 'volume-subpath-failed', component: 'db', tier: 'core', loginBlocking: true },
        { code: 'image-pull-unauthorized', component: 'redis', tier: 'core', loginBlocking: true },
        { code: 'image-pull-interrupted', component: 'pgbouncer', tier: 'core', loginBlocking: true },
        { code: 'image-tag-missing', component: 'alga-core', tier: 'login', loginBlocking: true },
      ],
      300_000,
    );
    const said = blockers.map(({ evidence }) => evidence.map(({ message }) => message).join('\n'));
    expect(said[0]).toContain('failed to create subPath directory for volumeMount "db-data"');
    expect(said[3]).toContain('not found');
    expect(blockers[0]?.nextAction).toContain('-n msp delete pod db-0');
    await play(DNS, 'chart-seeds', ...TEMPORAL, ...WORKERS);
  }, 320_000);

  test('by a seed folder that the image does not have', async () => {
    await expect.poll(databaseFolder, { timeout: 60_000 }).toBe('data');
    // The kubelet pulls again by itself, with growing pauses; this is what the next action says for pulling at once.
    await recreatePods('db-', 'redis-', 'pgbouncer-', 'alga-core-sebastian');
    const wanted = { code: 'bootstrap-job-failed', tier: 'bootstrap', loginBlocking: true } as const;
    const [blocker] = await appliance.blockedBy([wanted], 300_000);
    const said = blocker?.evidence.map(({ message }) => message).join('\n');
    expect(said).toContain('Configured seed directory does not exist: /app/server/seeds/production');
    expect(blocker?.nextAction).toContain('logs bootstrap');
    await play(DNS, ...TEMPORAL, ...WORKERS);
  }, 320_000);

  test('not when only background services cannot be had: people log in all the same', async () => {
    await appliance.until('login', ({ tiers }) => tiers.login.ready, 300_000);
    const wanted = { tier: 'background', loginBlocking: false } as const;
    const blockers = await appliance.blockedBy(
      [
        { ...wanted, code: 'temporal-schema-missing', component: 'temporal' },
        { ...wanted, code: 'service-link-collision', component: 'temporal-ui' },
      ],
      240_000,
    );
    expect(blockers.map(({ nextAction }) => nextAction).join('\n')).toContain('enableServiceLinks');
    expect((await appliance.status()).rollup.state).toBe('ready_with_background_issues');
    await play(DNS, ...WORKERS);
  }, 600_000);

  test('not by images of workers either, which come to their turn once Temporal runs', async () => {
    const wanted = { tier: 'background', loginBlocking: false } as const;
    await appliance.blockedBy(
      [
        { ...wanted, code: 'image-tag-missing', component: 'workflow-worker' },
        { ...wanted, code: 'image-pull-unauthorized', component: 'temporal-worker' },
      ],
      300_000,
    );
    expect((await appliance.status()).rollup.state).toBe('ready_with_background_issues');
    await play(DNS);
  }, 320_000);

  test('ends fully healthy, with each thing done once', async () => {
    await recreatePods('workflow-worker-', 'temporal-worker-');
    await appliance.until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 400_000);
    await appliance.until('the end of the install', ({ install }) => install?.state === 'complete', 60_000);
    const { effects } = await bench.lab.machine.control.state();
    expect(effects).toMatchObject({ bootstrap: 1, install: 1 });
    expect(await clusterOf(bench).sql('select count(*) from alga_bootstrap.seeding')).toBe('1');
  }, 520_000);
});

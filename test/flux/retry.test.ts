import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { repositoryFile, siteValues } from '../charts/values.ts';
import { startLiveTree, type LiveTree } from './live-tree.ts';

vi.setConfig({ testTimeout: 180_000 });

const POLICY = 'flux/base/policy/policy.yaml';
const CHART = 'charts/pgbouncer/templates/pgbouncer.yaml';

let tree: LiveTree;

/** The tree as it is, but for the time between two attempts: seconds instead of minutes. */
beforeAll(async () => {
  tree = await startLiveTree(siteValues());
  const policy = repositoryFile(POLICY);
  expect(policy).toMatch(/retryInterval: \d+m/);
  await tree.push({ [POLICY]: policy.replaceAll(/retryInterval: \d+m/g, 'retryInterval: 2s') });
});
afterAll(() => tree.stop());

const failures = async () => (await tree.release('pgbouncer'))?.status?.failures ?? 0;
const reason = async () =>
  (await tree.release('pgbouncer'))?.status?.conditions.find(({ type }) => type === 'Released')?.message;
const deployment = async () => (await tree.cluster.get('Deployment', 'pgbouncer', 'msp'))?.metadata;
const isReady = () => tree.isReady('HelmRelease', 'pgbouncer', 'alga-system');

/** Helm's own memory of the release: revisions that it keeps, by what became of them. */
async function history(): Promise<(string | undefined)[]> {
  const secrets = await tree.cluster.list('Secret', 'msp');
  return secrets
    .filter(({ metadata }) => metadata.name.startsWith('sh.helm.release.v1.pgbouncer.'))
    .map(({ metadata }) => metadata.labels?.['status']);
}

/** A Deployment that stands in the way: nothing can change the selector of one that is there. */
const FOREIGN = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'pgbouncer', namespace: 'msp' },
  spec: {
    selector: { matchLabels: { app: 'foreign' } },
    template: {
      metadata: { labels: { app: 'foreign' } },
      spec: { containers: [{ name: 'foreign', image: 'registry.example/foreign:1' }] },
    },
  },
};

describe('an install that the API server refuses', () => {
  test('is tried again in place, in a bounded history, with nothing taken back', async () => {
    await tree.cluster.apply(FOREIGN);
    await tree.begin();
    await tree.play(['Deployment/local-path-provisioner'], 'local-path-storage');
    await tree.eventually(async () => expect(await failures()).toBeGreaterThanOrEqual(1));
    const before = (await tree.cluster.get('ConfigMap', 'pgbouncer', 'msp'))?.metadata.uid;
    await tree.eventually(async () => expect(await failures()).toBeGreaterThanOrEqual(5));
    expect(await reason()).toContain('field is immutable');
    expect((await history()).length).toBeLessThanOrEqual(3);
    expect((await tree.cluster.get('ConfigMap', 'pgbouncer', 'msp'))?.metadata.uid).toBe(before);
    expect(await tree.isReady('HelmRelease', 'alga-core', 'alga-system')).toBe(true);
  });

  test('goes on by itself when the cause is gone', async () => {
    const generation = (await tree.release('pgbouncer'))?.metadata.generation;
    await tree.cluster.remove('Deployment', 'pgbouncer', 'msp');
    await tree.eventually(async () => expect(await isReady()).toBe(true));
    expect((await tree.release('pgbouncer'))?.metadata.generation).toBe(generation);
    expect(await failures()).toBe(0);
  });
});

describe('an upgrade that cannot succeed', () => {
  test('leaves what runs as it is, keeps the last good revision, and fills no history', async () => {
    const before = await deployment();
    await tree.push({
      [CHART]: repositoryFile(CHART).replace('matchLabels:', 'matchLabels:\n      another: selector'),
    });
    await tree.eventually(async () => expect(await failures()).toBeGreaterThanOrEqual(6));
    expect(await deployment()).toMatchObject({ uid: before?.uid, generation: before?.generation });
    const kept = await history();
    expect(kept.length).toBeLessThanOrEqual(3);
    expect(kept.filter((status) => status === 'deployed')).toHaveLength(1);
    expect(await tree.isReady('HelmRelease', 'alga-core', 'alga-system')).toBe(true);
  });

  test('is mended by the commit that takes the change back', async () => {
    const before = await deployment();
    await tree.push({ [CHART]: repositoryFile(CHART) });
    await tree.eventually(async () => expect(await isReady()).toBe(true));
    expect(await deployment()).toMatchObject({ uid: before?.uid, generation: before?.generation });
  });
});

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { repositoryFile, siteValues } from '../charts/values.ts';
import { testSpec } from '../support/spec.ts';
import { valuesConfigMap, type Cluster, type Kind } from './cluster.ts';
import { BRANCH } from './git-server.ts';
import { readyOf, startLiveTree, type LiveTree } from './live-tree.ts';

vi.setConfig({ testTimeout: 180_000 });

let tree: LiveTree | undefined;
let cluster: Cluster;
let eventually: LiveTree['eventually'];
let isReady: LiveTree['isReady'];
let play: LiveTree['play'];
let push: LiveTree['push'];
let release: LiveTree['release'];
let requestReconcile: LiveTree['requestReconcile'];
let tier: LiveTree['tier'];

beforeAll(async () => {
  const { 'email-service': late, ...values } = siteValues();
  expect(late).toBeTruthy();
  tree = await startLiveTree(values);
  ({ cluster, eventually, isReady, play, push, release, requestReconcile, tier } = tree);
  await tree.begin();
});
afterAll(() => tree?.stop());

const CORE = ['StatefulSet/db', 'StatefulSet/redis', 'Deployment/pgbouncer', 'Deployment/alga-core-sebastian'] as const;
const BACKGROUND = [
  'Deployment/temporal',
  'Deployment/temporal-ui',
  'Deployment/workflow-worker',
  'Deployment/email-service',
  'Deployment/temporal-worker',
] as const;
const TIERS = ['alga-platform', 'alga-core', 'alga-background'].map(
  (name) => ['Kustomization', name, 'flux-system'] as const,
);
const RELEASES = [
  'alga-core',
  'pgbouncer',
  'temporal',
  'workflow-worker',
  'email-service',
  'temporal-worker',
  'appliance-status',
];

/** Why a release's last action failed: with RetryOnFailure, Ready says only when the next one comes. */
const failureOf = async (name: string) => {
  const conditions = (await release(name))?.status?.conditions ?? [];
  return conditions.find(({ type, status }) => type === 'Released' && status === 'False')?.message;
};

/** Waits until a tier was checked at a commit, with that outcome. */
const tierAt = (name: string, commit: string, status: 'True' | 'False') =>
  eventually(async () => {
    const object = await tier(name);
    expect(object?.status?.lastAttemptedRevision).toBe(`${BRANCH}@sha1:${commit}`);
    expect(readyOf(object)?.status).toBe(status);
  }, 90_000);

/** Identity of everything that could have been touched: resource versions of workloads, Secrets and claims. */
async function fingerprint(): Promise<string[]> {
  const kinds: Kind[] = ['Deployment', 'StatefulSet', 'Job', 'Secret', 'ConfigMap', 'PersistentVolumeClaim'];
  const all = await Promise.all(kinds.map((kind) => cluster.list(kind, 'msp')));
  return all
    .flat()
    .map(({ kind, metadata }) => `${kind}/${metadata.name}@${metadata.resourceVersion}`)
    .toSorted();
}

describe('the tree comes up tier by tier', () => {
  test('core waits for storage', async () => {
    await eventually(async () => expect(await tier('alga-core')).not.toBeNull());
    await eventually(async () => expect(readyOf(await tier('alga-core'))?.reason).toBe('DependencyNotReady'));
    expect(await release('alga-core')).toBeNull();
    await play(['Deployment/local-path-provisioner'], 'local-path-storage');
    await eventually(async () => expect(await isReady('Kustomization', 'alga-platform', 'flux-system')).toBe(true));
  });

  test('core is released at once, and its readiness is that of its pods', async () => {
    await eventually(async () => expect(await isReady('HelmRelease', 'alga-core', 'alga-system')).toBe(true));
    await eventually(async () => expect(await isReady('HelmRelease', 'pgbouncer', 'alga-system')).toBe(true));
    expect(await isReady('Kustomization', 'alga-core', 'flux-system')).toBe(false);
    expect(await release('temporal')).toBeNull();
    await play(CORE);
    await eventually(async () => expect(await isReady('Kustomization', 'alga-core', 'flux-system')).toBe(true));
  });

  test('a release whose values are missing says so, holds no other, and goes on when they come', async () => {
    await eventually(async () => expect(await isReady('HelmRelease', 'temporal', 'alga-system')).toBe(true));
    await eventually(async () =>
      expect(readyOf(await release('email-service'))?.message).toContain('appliance-values-email-service'),
    );
    await eventually(async () => expect(await isReady('HelmRelease', 'temporal-worker', 'alga-system')).toBe(true));
    await cluster.apply(valuesConfigMap('email-service', siteValues()['email-service'] ?? {}));
    await eventually(async () => expect(await isReady('HelmRelease', 'email-service', 'alga-system')).toBe(true));
  });

  test('everything becomes ready', async () => {
    await play(BACKGROUND);
    await eventually(async () => expect(await isReady('Kustomization', 'alga-background', 'flux-system')).toBe(true));
    for (const name of RELEASES) expect(await isReady('HelmRelease', name, 'alga-system')).toBe(true);
  });
});

describe('a second reconcile', () => {
  test('of the same commit changes nothing', async () => {
    const before = await fingerprint();
    await requestReconcile([...TIERS, ...RELEASES.map((name) => ['HelmRelease', name, 'alga-system'] as const)]);
    expect(await fingerprint()).toEqual(before);
  });

  test('of another commit that changes nothing of a chart restarts nothing', async () => {
    const generations = async () =>
      (await cluster.list('Deployment', 'msp')).map(({ metadata }) => [metadata.name, metadata.generation]);
    const jobs = async () => (await cluster.list('Job', 'msp')).map(({ metadata }) => metadata.uid);
    const before = [await generations(), await jobs()];
    const commit = await push({ 'README.md': 'A line more.\n' });
    await tierAt('alga-background', commit, 'True');
    await eventually(async () => {
      for (const name of RELEASES)
        expect((await release(name))?.status?.lastAttemptedRevision).toContain(commit.slice(0, 12));
    });
    expect([await generations(), await jobs()]).toEqual(before);
  });
});

describe("the installer's changes", () => {
  const image = async () => JSON.stringify((await cluster.get('Deployment', 'alga-core-sebastian', 'msp'))?.spec);

  test('a corrected tag is taken within seconds, though the wrong one is still being pulled', async () => {
    const wanted = siteValues({ spec: testSpec({ imageTags: { algaCore: 'corrected' } }) });
    const started = Date.now();
    await cluster.apply(valuesConfigMap('alga-core', wanted['alga-core'] ?? {}));
    await eventually(async () => expect(await image()).toContain('alga-psa-ee:corrected'));
    expect(Date.now() - started).toBeLessThan(10_000);
    await play(CORE);
  });

  test('the promotion to recover touches neither the Job that has done its work nor the server', async () => {
    const seen = async () => {
      const jobs = await cluster.list('Job', 'msp');
      const server = await cluster.get('Deployment', 'alga-core-sebastian', 'msp');
      return [jobs.map(({ metadata }) => metadata.uid), server?.metadata.generation];
    };
    const [job] = await cluster.list('Job', 'msp');
    await cluster.makeDone(job?.metadata.name ?? '', 'msp');
    const before = await seen();
    const wanted = siteValues({ spec: testSpec({ imageTags: { algaCore: 'corrected' } }), bootstrapMode: 'recover' });
    await cluster.apply(valuesConfigMap('alga-core', wanted['alga-core'] ?? {}));
    await eventually(async () =>
      expect((await cluster.get('ConfigMap', 'alga-core-sebastian-bootstrap', 'msp'))?.data?.['mode']).toBe('recover'),
    );
    await eventually(async () => expect(await isReady('HelmRelease', 'alga-core', 'alga-system')).toBe(true));
    expect(await seen()).toEqual(before);
  });
});

describe('failures', () => {
  const chart = 'charts/email-service/templates/deployment.yaml';

  test('a broken background chart leaves core ready, and its neighbours too', async () => {
    const commit = await push({ [chart]: '{{ include "no-such-template" . }}\n' });
    await eventually(async () => expect(await failureOf('email-service')).toContain('no-such-template'));
    await tierAt('alga-core', commit, 'True');
    for (const name of ['alga-core', 'pgbouncer', 'temporal', 'workflow-worker', 'temporal-worker']) {
      await eventually(async () => expect(await isReady('HelmRelease', name, 'alga-system')).toBe(true));
    }
    expect(await cluster.get('Deployment', 'email-service', 'msp'), 'the running one stays').not.toBeNull();
  });

  test('a commit that mends it is enough', async () => {
    await push({ [chart]: repositoryFile(chart) });
    await eventually(async () => expect(await isReady('HelmRelease', 'email-service', 'alga-system')).toBe(true));
  });

  test('a background that does not build, or is suspended, leaves core ready', async () => {
    const path = 'flux/profiles/talos-single-node/background/kustomization.yaml';
    const broken = await push({ [path]: 'resources: [no-such-file.yaml]\n' });
    await tierAt('alga-background', broken, 'False');
    await tierAt('alga-core', broken, 'True');
    const suspend = (on: boolean) => cluster.patch('HelmRelease', 'temporal', 'alga-system', { spec: { suspend: on } });
    await suspend(true);
    const mended = await push({ [path]: repositoryFile(path) });
    await tierAt('alga-core', mended, 'True');
    await suspend(false);
    await tierAt('alga-background', mended, 'True');
  });

  test('a deleted release comes back with the same credentials and claims', async () => {
    const kept = async () => {
      const secrets = (await cluster.list('Secret', 'msp')).filter(
        ({ metadata }) => !metadata.name.startsWith('sh.helm.'),
      );
      const claims = await cluster.list('PersistentVolumeClaim', 'msp');
      return [
        secrets.map(({ metadata, data }) => [metadata.name, data]),
        claims.map(({ metadata }) => [metadata.name, metadata.uid]),
      ];
    };
    const before = await kept();
    expect(before[1]).toHaveLength(4);
    const old = await release('alga-core');
    await cluster.remove('HelmRelease', 'alga-core', 'alga-system');
    await eventually(async () => expect(await cluster.get('Deployment', 'alga-core-sebastian', 'msp')).toBeNull());
    await push({ 'README.md': 'One more.\n' });
    await eventually(async () => {
      const now = await release('alga-core');
      expect(now?.metadata.uid).not.toBe(old?.metadata.uid);
      expect(readyOf(now)?.status).toBe('True');
    });
    expect(await kept()).toEqual(before);
  });

  test('what somebody deletes comes back at the next look; replicas, Jobs that are done and claims are left alone', async () => {
    await play(CORE);
    const claim = 'alga-core-sebastian-tenant-secrets';
    const [job] = await cluster.list('Job', 'msp');
    await cluster.remove('Deployment', 'alga-core-sebastian', 'msp');
    await removeWhole('Job', job?.metadata.name ?? '');
    await removeWhole('PersistentVolumeClaim', claim);
    await cluster.patch('StatefulSet', 'redis', 'msp', { spec: { replicas: 0 } });
    await requestReconcile([CORE_RELEASE]);
    await eventually(async () => expect(await cluster.get('Deployment', 'alga-core-sebastian', 'msp')).not.toBeNull());
    await requestReconcile([CORE_RELEASE]);
    expect((await cluster.get('StatefulSet', 'redis', 'msp'))?.spec?.replicas).toBe(0);
    expect(await cluster.list('Job', 'msp')).toEqual([]);
    expect(await cluster.get('PersistentVolumeClaim', claim, 'msp')).toBeNull();
    await cluster.patch('StatefulSet', 'redis', 'msp', { spec: { replicas: 1 } });
    await play(CORE);
  });

  test('credentials that somebody has deleted come back at the next look as they were, out of Helm’s memory', async () => {
    await play(CORE);
    const before = await credentials();
    expect(before).toBeTruthy();
    await cluster.remove('Secret', CREDENTIALS, 'msp');
    await requestReconcile([CORE_RELEASE]);
    await eventually(async () => expect(await credentials()).toEqual(before));
    await eventually(async () => expect(await isReady(...CORE_RELEASE)).toBe(true));
  });

  test('a password that somebody has changed is left as it is, and holds up nothing', async () => {
    await play(CORE);
    const before = await credentials();
    const changed = { ...before, [Object.keys(before ?? {})[0] ?? '']: Buffer.from('by-hand').toString('base64') };
    await cluster.patch('Secret', CREDENTIALS, 'msp', { data: changed });
    await requestReconcile([CORE_RELEASE]);
    expect(await isReady(...CORE_RELEASE)).toBe(true);
    expect(await credentials()).toEqual(changed);
    await cluster.patch('Secret', CREDENTIALS, 'msp', { data: before });
    await requestReconcile([CORE_RELEASE]);
  });

  test('another chart or value before that look is refused, in words, and nothing is uninstalled; put back, it goes on', async () => {
    const before = await credentials();
    await cluster.remove('Secret', CREDENTIALS, 'msp');
    await cluster.apply(valuesConfigMap('alga-core', coreValues('another')));
    await eventually(async () => expect(await failureOf('alga-core')).toContain(REFUSED));
    await requestReconcile([CORE_RELEASE]);
    await expectRefused();
    await putBack(before);
    await requestReconcile([CORE_RELEASE]);
    await eventually(async () => expect(await isReady(...CORE_RELEASE)).toBe(true));
    expect(await credentials()).toEqual(before);
  });

  test('credentials that Helm does not remember either are never made anew beside the data', async () => {
    const before = await credentials();
    const memory = (await cluster.list('Secret', 'msp')).filter(({ metadata }) =>
      metadata.name.startsWith('sh.helm.release.v1.alga-core.'),
    );
    expect(memory.length).toBeGreaterThan(0);
    for (const { metadata } of memory) await cluster.remove('Secret', metadata.name, 'msp');
    await cluster.remove('Secret', CREDENTIALS, 'msp');
    await requestReconcile([CORE_RELEASE]);
    await eventually(async () => expect(await failureOf('alga-core')).toContain(REFUSED));
    await expectRefused();
    await putBack(before);
    await requestReconcile([CORE_RELEASE]);
    await eventually(async () => expect(await isReady(...CORE_RELEASE)).toBe(true));
    expect(await credentials()).toEqual(before);
  });
});

/** No controller-manager runs here that would let go of a claim which no pod uses, or of a Job's pods. */
async function removeWhole(kind: Kind, name: string): Promise<void> {
  await cluster.remove(kind, name, 'msp');
  if (await cluster.get(kind, name, 'msp')) await cluster.patch(kind, name, 'msp', { metadata: { finalizers: null } });
  expect(await cluster.get(kind, name, 'msp')).toBeNull();
}

const CREDENTIALS = 'db-credentials';
const CORE_RELEASE = ['HelmRelease', 'alga-core', 'alga-system'] as const;
const REFUSED = 'refusing to make new credentials';

async function credentials(): Promise<Readonly<Record<string, string>> | undefined> {
  return (await cluster.get('Secret', CREDENTIALS, 'msp'))?.data;
}

async function putBack(data: Awaited<ReturnType<typeof credentials>>): Promise<void> {
  await cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: CREDENTIALS, namespace: 'msp' }, data });
}

async function expectRefused(): Promise<void> {
  expect(await credentials()).toBeUndefined();
  expect(await cluster.get('StatefulSet', 'db', 'msp')).not.toBeNull();
  expect(await failureOf('alga-core')).toContain(REFUSED);
}

function coreValues(tag: string): object {
  const spec = testSpec({ imageTags: { algaCore: tag } });
  return siteValues({ spec, bootstrapMode: 'recover' })['alga-core'] ?? {};
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppsV1Api, AuthorizationV1Api, BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApiServer, type ControlPlane } from '../../lab/control-plane.ts';
import { OBSERVED } from '../../observation/resources.ts';
import { chartFolder, run, type Outcome } from './programs.ts';
import { RELEASES, valuesArguments } from './values.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'charts-cluster-'));
let controlPlane: ControlPlane;
let core: CoreV1Api;
let apps: AppsV1Api;
let batch: BatchV1Api;
let authorization: AuthorizationV1Api;
let namespace = '';
let counter = 0;

beforeAll(async () => {
  controlPlane = await startApiServer({ stateDir });
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfigPath);
  core = config.makeApiClient(CoreV1Api);
  apps = config.makeApiClient(AppsV1Api);
  batch = config.makeApiClient(BatchV1Api);
  authorization = config.makeApiClient(AuthorizationV1Api);
  // The status page may read the release selection there.
  await core.createNamespace({ body: { metadata: { name: 'alga-system' } } });
});
afterAll(async () => {
  await controlPlane.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

/** No controller runs here that could empty a namespace: each test has one of its own. */
beforeEach(async () => {
  namespace = `msp-${++counter}`;
  await core.createNamespace({ body: { metadata: { name: namespace } } });
});

const SECRETS = ['alga-core-sebastian-secrets', 'db-credentials', 'redis-credentials'];
const CLAIMS = ['alga-core-sebastian-postgres-data', 'alga-core-sebastian-redis-data', 'alga-core-sebastian-storage'];

function helm(action: string, release: string, more: readonly string[] = []): Promise<Outcome> {
  const { args, input } = valuesArguments(release, 'appliance');
  const values = action === 'uninstall' ? [] : [chartFolder(release), ...args, ...more];
  return run('helm', [action, release, '-n', namespace, ...values], {
    input,
    env: { KUBECONFIG: controlPlane.kubeconfigPath },
  });
}

async function done(outcome: Promise<Outcome>): Promise<string> {
  const { ok, stdout, stderr } = await outcome;
  if (!ok) throw new Error(stderr);
  return stdout;
}

async function credentials(): Promise<Record<string, Record<string, string> | undefined>> {
  const read = async (name: string) => [name, (await core.readNamespacedSecret({ name, namespace })).data];
  return Object.fromEntries(await Promise.all(SECRETS.map(read)));
}

const names = ({ items }: { items: { metadata?: { name?: string } }[] }) =>
  items.map(({ metadata }) => metadata?.name ?? '').toSorted();
const secretNames = async () => names(await core.listNamespacedSecret({ namespace, fieldSelector: 'type=Opaque' }));
/** Claims that are there to stay: one that was deleted lingers here, for no controller takes its finalizer away. */
const claimNames = async () => {
  const { items } = await core.listNamespacedPersistentVolumeClaim({ namespace });
  return names({ items: items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined) });
};
const jobNames = async () => names(await batch.listNamespacedJob({ namespace }));
const workloadNames = async () => [
  ...names(await apps.listNamespacedDeployment({ namespace })),
  ...names(await apps.listNamespacedStatefulSet({ namespace })),
];

describe('credentials and data', () => {
  test('stay as they are over upgrade, uninstall and a new install', async () => {
    await done(helm('install', 'alga-core'));
    const first = await credentials();
    expect(first['db-credentials']?.['DB_PASSWORD_SUPERUSER']?.length).toBeGreaterThan(40);
    expect(await claimNames()).toEqual(CLAIMS);
    expect(await workloadNames()).toEqual(['alga-core-sebastian', 'db', 'redis']);
    const [job] = await jobNames();

    await done(helm('upgrade', 'alga-core', ['--set', 'images.server.tag=other']));
    expect(await credentials()).toEqual(first);
    const jobs = await jobNames();
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).not.toBe(job);

    await done(helm('uninstall', 'alga-core'));
    expect(await workloadNames()).toEqual([]);
    expect(await jobNames()).toEqual([]);
    expect(await secretNames()).toEqual(SECRETS);
    expect(await claimNames()).toEqual(CLAIMS);

    await done(helm('install', 'alga-core'));
    expect(await credentials()).toEqual(first);
  });

  test('a key that a newer chart adds is made, the others are kept', async () => {
    await done(helm('install', 'alga-core'));
    const before = (await credentials())['alga-core-sebastian-secrets'];
    const { CRYPTR_KEY: kept, ...others } = before ?? {};
    expect(kept).toBeTruthy();
    const secret = await core.readNamespacedSecret({ name: 'alga-core-sebastian-secrets', namespace });
    secret.data = { CRYPTR_KEY: kept ?? '' };
    await core.replaceNamespacedSecret({ name: 'alga-core-sebastian-secrets', namespace, body: secret });
    await done(helm('upgrade', 'alga-core'));
    const after = (await credentials())['alga-core-sebastian-secrets'];
    expect(after?.['CRYPTR_KEY']).toBe(kept);
    expect(Object.keys(after ?? {}).toSorted()).toEqual(['CRYPTR_KEY', ...Object.keys(others)].toSorted());
  });

  test.each(['db-credentials', 'alga-core-sebastian-secrets'])(
    'data without its %s: refused in words, nothing made',
    async (secret) => {
      await done(helm('install', 'alga-core'));
      await done(helm('uninstall', 'alga-core'));
      await core.deleteNamespacedSecret({ name: secret, namespace });
      const outcome = await helm('install', 'alga-core');
      expect(outcome.ok).toBe(false);
      expect(outcome.stderr).toContain(
        `the volume claim ${namespace}/alga-core-sebastian-postgres-data is there and the Secret ${namespace}/${secret} is not`,
      );
      expect(outcome.stderr).toMatch(
        /Two ways out: put the original Secret .* back and install in recover mode; or give the data up/,
      );
      expect(await secretNames()).not.toContain(secret);
      expect(await workloadNames()).toEqual([]);
    },
  );

  test('no data, no Secret: new credentials are made', async () => {
    await done(helm('install', 'alga-core'));
    const first = await credentials();
    await done(helm('uninstall', 'alga-core'));
    for (const name of SECRETS) await core.deleteNamespacedSecret({ name, namespace });
    for (const name of CLAIMS) await core.deleteNamespacedPersistentVolumeClaim({ name, namespace });
    for (const name of CLAIMS) {
      // Without a controller manager nobody takes the protecting finalizer away.
      await core.patchNamespacedPersistentVolumeClaim({
        name,
        namespace,
        body: [{ op: 'remove', path: '/metadata/finalizers' }],
      });
    }
    await done(helm('install', 'alga-core'));
    expect((await credentials())['db-credentials']).not.toEqual(first['db-credentials']);
  });

  test('stay after an install that failed half way and was taken back', async () => {
    const failed = await helm('install', 'alga-core', ['--atomic', '--timeout', '30s', '--set', 'redis.host=db']);
    expect(failed.ok).toBe(false);
    expect(await claimNames()).toEqual(CLAIMS);
    const first = await credentials();
    await done(helm('install', 'alga-core'));
    expect(await credentials()).toEqual(first);
  });
});

/** Status of a Job whose pod has ended well. */
const DONE = { startTime: new Date(), succeeded: 1, uncountedTerminatedPods: {} };

describe('a change of the bootstrap mode', () => {
  const mode = (is: string) => ['--set', `bootstrap.mode=${is}`];
  const server = async () =>
    (await apps.readNamespacedDeployment({ name: 'alga-core-sebastian', namespace })).metadata?.generation;
  const nextRun = async () =>
    (await core.readNamespacedConfigMap({ name: 'alga-core-sebastian-bootstrap', namespace })).data?.['mode'];

  test('makes one new Job while the old one has not done its work (fresh was refused), and leaves the server as it is', async () => {
    await done(helm('install', 'alga-core', mode('fresh')));
    const before = await server();
    const [refused] = await jobNames();
    await done(helm('upgrade', 'alga-core', mode('recover')));
    expect(await jobNames()).toEqual([expect.not.stringMatching(refused ?? '')]);
    expect(await nextRun()).toBe('recover');
    expect(await server()).toBe(before);
  });

  test('keeps a Job that has done its work: it is about the next run, which another image brings', async () => {
    await done(helm('install', 'alga-core', mode('fresh')));
    const before = await server();
    const [job] = (await batch.listNamespacedJob({ namespace })).items;
    await batch.replaceNamespacedJobStatus({
      name: job?.metadata?.name ?? '',
      namespace,
      body: { metadata: job?.metadata, spec: job?.spec, status: DONE },
    });
    for (const again of ['recover', 'recover']) {
      await done(helm('upgrade', 'alga-core', mode(again)));
      const jobs = (await batch.listNamespacedJob({ namespace })).items;
      expect(jobs.map(({ metadata }) => metadata?.uid)).toEqual([job?.metadata?.uid]);
      expect(await nextRun()).toBe('recover');
      expect(await server()).toBe(before);
    }
    await done(helm('upgrade', 'alga-core', [...mode('recover'), '--set', 'images.server.tag=other']));
    expect(await jobNames()).toEqual([expect.not.stringMatching(job?.metadata?.name ?? '')]);
  });
});

test('every chart is taken by the API server, upgrades to itself without a change, and says what comes next', async () => {
  for (const release of Object.keys(RELEASES)) {
    const notes = (await done(helm('install', release))).split('NOTES:\n')[1]?.replaceAll(namespace, 'msp');
    await expect(notes).toMatchFileSnapshot(`golden/${release}.notes.txt`);
  }
  const generations = async () =>
    (await apps.listNamespacedDeployment({ namespace })).items.map(({ metadata }) => [
      metadata?.name,
      metadata?.generation,
    ]);
  const before = await generations();
  for (const release of Object.keys(RELEASES)) await done(helm('upgrade', release));
  expect(await generations()).toEqual(before);
  // Its ClusterRole belongs to one release only.
  await done(helm('uninstall', 'appliance-status'));
});

describe("the status page's account", () => {
  /** Asks the API server what the account may do. */
  const may = async (
    verb: string,
    resource: string,
    where: { group?: string; namespace?: string; name?: string } = {},
  ) => {
    const [name, subresource] = resource.split('/');
    const { status } = await authorization.createSubjectAccessReview({
      body: {
        spec: {
          user: `system:serviceaccount:${namespace}:appliance-status`,
          resourceAttributes: { verb, resource: name ?? '', subresource: subresource ?? '', group: '', ...where },
        },
      },
    });
    return status?.allowed ?? false;
  };

  test('reads what the diagnosis reads, and no Secret; changes and runs nothing (lesson: a read-only account that could create Jobs)', async () => {
    await done(helm('install', 'appliance-status'));
    for (const { resource, namespace: inside, fieldSelector } of OBSERVED) {
      const [group = ''] = resource.apiVersion.includes('/') ? resource.apiVersion.split('/') : [];
      const name = /^metadata\.name=(.*)$/.exec(fieldSelector ?? '')?.[1];
      const where = { group, ...(inside ? { namespace: inside } : {}), ...(name ? { name } : {}) };
      for (const verb of ['list', 'watch'])
        expect([resource.plural, verb, await may(verb, resource.plural, where)]).toEqual([resource.plural, verb, true]);
    }
    for (const other of ['services', 'serviceaccounts', 'endpoints', 'persistentvolumes', 'namespaces'])
      expect(await may('list', other)).toBe(false);
    expect(await may('get', 'pods/log', { namespace: 'msp' })).toBe(true);
    const selection = { namespace: 'alga-system', name: 'appliance-release-selection' };
    expect(await may('get', 'configmaps', selection)).toBe(true);
    expect(await may('get', 'configmaps', { ...selection, name: 'appliance-values-alga-core' })).toBe(false);
    for (const verb of ['get', 'list', 'watch']) expect(await may(verb, 'secrets', { namespace: 'msp' })).toBe(false);
    for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection']) {
      for (const resource of ['pods', 'configmaps', 'events', 'secrets', 'namespaces'])
        expect(await may(verb, resource)).toBe(false);
      expect(await may(verb, 'jobs', { group: 'batch' })).toBe(false);
    }
    for (const resource of ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/eviction'])
      expect(await may('create', resource)).toBe(false);
  });
});

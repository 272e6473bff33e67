import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { done, startHelmCluster, type HelmCluster } from './helm-cluster.ts';
import { chartFolder } from './programs.ts';
import { RELEASES } from './values.ts';

let cluster: HelmCluster;
beforeAll(async () => {
  cluster = await startHelmCluster();
});
afterAll(() => cluster.stop());
beforeEach(() => cluster.nextNamespace());

describe('two releases in one namespace', () => {
  const second = (...settings: string[]) =>
    cluster.plainHelm('install', 'second', chartFolder('alga-core'), '--set', settings.join(','));

  test('under the same names: the second is refused in words, the first stays as it is', async () => {
    await done(cluster.helm('install', 'alga-core'));
    const before = await cluster.credentials();
    const outcome = await second('edition=enterprise');
    expect(outcome.ok).toBe(false);
    expect(outcome.stderr).toMatch(/Secret "db-credentials" .* exists and cannot be imported .*"alga-core"/);
    expect(await cluster.credentials()).toEqual(before);
    expect(await cluster.workloadNames()).toEqual(['alga-core-sebastian', 'db', 'redis']);
  });

  test('under names of its own: both are there', async () => {
    await done(cluster.helm('install', 'alga-core'));
    const before = await cluster.credentials();
    const hosts = ['database.host=db-2', 'redis.host=redis-2'];
    const secrets = ['credentials.databaseSecret=db-2-credentials', 'credentials.redisSecret=redis-2-credentials'];
    await done(second(...hosts, ...secrets));
    expect(await cluster.credentials()).toEqual(before);
    expect(await cluster.workloadNames()).toEqual([
      'alga-core-sebastian',
      'second-sebastian',
      'db',
      'db-2',
      'redis',
      'redis-2',
    ]);
    expect(await cluster.claimNames()).toHaveLength(8);
  });
});

test('an appliance without a volume for tenant secrets gets one, and keeps the three that it had', async () => {
  const claims = async () =>
    Object.fromEntries(
      (await cluster.core.listNamespacedPersistentVolumeClaim({ namespace: cluster.namespace })).items.map(
        ({ metadata }) => [metadata?.name, metadata?.uid],
      ),
    );
  await done(cluster.helm('install', 'alga-core', ['--set', 'tenantSecrets.enabled=false']));
  const before = await claims();
  expect(Object.keys(before)).toHaveLength(3);
  await done(cluster.helm('upgrade', 'alga-core'));
  expect(await claims()).toEqual({ ...before, 'alga-core-sebastian-tenant-secrets': expect.any(String) });
});

describe('an upgrade with other values', () => {
  const worker =
    'site.appUrl=https://psa.example.com,images.worker.tag=2.0,port=9090,database.waitSeconds=60,redis.port=6380';
  const CHANGES: Readonly<Record<string, string>> = {
    'appliance-status': 'images.node.tag=26.0.0-alpine,port=8081,hostPort=false,site.siteId=other,program.checksum=two',
    'alga-core':
      'site.appUrl=https://psa.example.com,server.port=3001,server.hostNetwork=false,server.extraEnv.A=b,images.postgres.tag=v0.8.0,images.redis.tag=8.0.0,' +
      'database.port=5433,database.settings.shared_buffers=512MB,redis.port=6380,bootstrap.databaseWaitSeconds=60,bootstrap.backoffLimit=2,' +
      'hocuspocus.enabled=true,images.hocuspocus.tag=1.0,logLevel=DEBUG,edition=community',
    pgbouncer: 'port=6433,settings.pool_mode=session,images.pgbouncer.tag=v2',
    temporal: 'port=7234,ui.port=8082,images.server.tag=2.0.0,defaultNamespace=other',
    'workflow-worker': `${worker},temporal.address=elsewhere:7233`,
    'email-service': `${worker},webhookUrl=http://elsewhere/hook`,
    'temporal-worker': `${worker},temporal.taskQueue=one`,
  };

  test.each(Object.keys(RELEASES))('%s takes it in place, with the credentials that it had', async (release) => {
    await done(cluster.helm('install', release));
    const before = await cluster.core.listNamespacedSecret({
      namespace: cluster.namespace,
      fieldSelector: 'type=Opaque',
    });
    const workloads = await cluster.workloadNames();
    await done(
      cluster.helm('upgrade', release, [
        '--set',
        'imageRegistryMirror=mirror.example',
        '--set',
        CHANGES[release] ?? '',
      ]),
    );
    const after = await cluster.core.listNamespacedSecret({
      namespace: cluster.namespace,
      fieldSelector: 'type=Opaque',
    });
    expect(after.items.map(({ data }) => data)).toEqual(before.items.map(({ data }) => data));
    expect(await cluster.workloadNames()).toEqual(expect.arrayContaining(workloads));
    await done(cluster.helm('uninstall', release));
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CLAIMS, done, SECRETS, startHelmCluster, type HelmCluster } from './helm-cluster.ts';

let cluster: HelmCluster;
beforeAll(async () => {
  cluster = await startHelmCluster();
});
afterAll(() => cluster.stop());
beforeEach(() => cluster.nextNamespace());

describe('credentials and data', () => {
  test('stay as they are over upgrade, uninstall and a new install', async () => {
    await done(cluster.helm('install', 'alga-core'));
    const first = await cluster.credentials();
    expect(first['db-credentials']?.['DB_PASSWORD_SUPERUSER']?.length).toBeGreaterThan(40);
    expect(await cluster.claimNames()).toEqual(CLAIMS);
    expect(await cluster.workloadNames()).toEqual(['alga-core-sebastian', 'db', 'redis']);
    const [job] = await cluster.jobNames();

    await done(cluster.helm('upgrade', 'alga-core', ['--set', 'images.server.tag=other']));
    expect(await cluster.credentials()).toEqual(first);
    const jobs = await cluster.jobNames();
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).not.toBe(job);

    await done(cluster.helm('uninstall', 'alga-core'));
    expect(await cluster.workloadNames()).toEqual([]);
    expect(await cluster.jobNames()).toEqual([]);
    expect(await cluster.secretNames()).toEqual(SECRETS);
    expect(await cluster.claimNames()).toEqual(CLAIMS);

    await done(cluster.helm('install', 'alga-core'));
    expect(await cluster.credentials()).toEqual(first);
  });

  /** Removes keys from a Secret, and resolves with the rest. */
  const takeOut = async (name: string, ...keys: string[]) => {
    const secret = await cluster.core.readNamespacedSecret({ name, namespace: cluster.namespace });
    secret.data = Object.fromEntries(Object.entries(secret.data ?? {}).filter(([key]) => !keys.includes(key)));
    await cluster.core.replaceNamespacedSecret({ name, namespace: cluster.namespace, body: secret });
    return secret.data;
  };

  test('a key that a newer chart adds is made, the others are kept', async () => {
    await done(cluster.helm('install', 'alga-core'));
    const name = 'alga-core-sebastian-secrets';
    const before = (await cluster.credentials())[name] ?? {};
    const left = await takeOut(name, 'IMAP_WEBHOOK_SECRET', 'TOKEN_SECRET_KEY');
    await done(cluster.helm('upgrade', 'alga-core'));
    const after = (await cluster.credentials())[name] ?? {};
    expect(after).toMatchObject(left);
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
    expect(after['TOKEN_SECRET_KEY']?.length).toBeGreaterThan(40);
  });

  test.each([
    ['db-credentials', ['DB_PASSWORD_SUPERUSER']],
    ['db-credentials', ['DB_PASSWORD_SERVER', 'DB_PASSWORD_PGBOUNCER']],
    ['alga-core-sebastian-secrets', ['CRYPTR_KEY']],
    ['alga-core-sebastian-secrets', ['NEXTAUTH_SECRET']],
  ])('%s without %s, to which the data is bound: refused in words, nothing changed', async (name, keys) => {
    await done(cluster.helm('install', 'alga-core'));
    const left = await takeOut(name, ...keys);
    const outcome = await cluster.helm('upgrade', 'alga-core');
    expect(outcome.ok).toBe(false);
    expect(outcome.stderr).toContain(
      `the Secret ${cluster.namespace}/${name} lacks ${keys.join(', ')}, and the volume claim`,
    );
    expect((await cluster.credentials())[name]).toEqual(left);
  });

  test.each(['db-credentials', 'alga-core-sebastian-secrets'])(
    'data without its %s: refused in words, nothing made',
    async (secret) => {
      await done(cluster.helm('install', 'alga-core'));
      await done(cluster.helm('uninstall', 'alga-core'));
      await cluster.core.deleteNamespacedSecret({ name: secret, namespace: cluster.namespace });
      const outcome = await cluster.helm('install', 'alga-core');
      expect(outcome.ok).toBe(false);
      expect(outcome.stderr).toContain(
        `the volume claim ${cluster.namespace}/alga-core-sebastian-postgres-data is there and the Secret ${cluster.namespace}/${secret} is not`,
      );
      expect(outcome.stderr).toMatch(
        /Two ways out: put the original Secret .* back and install in recover mode; or give the data up/,
      );
      expect(await cluster.secretNames()).not.toContain(secret);
      expect(await cluster.workloadNames()).toEqual([]);
    },
  );

  test('no data, no Secret: new credentials are made', async () => {
    await done(cluster.helm('install', 'alga-core'));
    const first = await cluster.credentials();
    await done(cluster.helm('uninstall', 'alga-core'));
    for (const name of SECRETS) await cluster.core.deleteNamespacedSecret({ name, namespace: cluster.namespace });
    for (const name of CLAIMS)
      await cluster.core.deleteNamespacedPersistentVolumeClaim({ name, namespace: cluster.namespace });
    for (const name of CLAIMS) {
      // Without a controller manager nobody takes the protecting finalizer away.
      await cluster.core.patchNamespacedPersistentVolumeClaim({
        name,
        namespace: cluster.namespace,
        body: [{ op: 'remove', path: '/metadata/finalizers' }],
      });
    }
    await done(cluster.helm('install', 'alga-core'));
    expect((await cluster.credentials())['db-credentials']).not.toEqual(first['db-credentials']);
  });

  test('stay after an install that failed half way and was taken back', async () => {
    const failed = await cluster.helm('install', 'alga-core', [
      '--atomic',
      '--timeout',
      '30s',
      '--set',
      'redis.host=db',
    ]);
    expect(failed.ok).toBe(false);
    expect(await cluster.claimNames()).toEqual(CLAIMS);
    const first = await cluster.credentials();
    await done(cluster.helm('install', 'alga-core'));
    expect(await cluster.credentials()).toEqual(first);
  });
});

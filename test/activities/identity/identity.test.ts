import { stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ref } from '../../../kubernetes/addresses.ts';
import { createNamespaces } from '../../../activities/phases/identity/create-namespaces.ts';
import { createSecrets } from '../../../activities/phases/identity/create-secrets.ts';
import { forgetInitialTenant } from '../../../activities/phases/identity/initial-tenant.ts';
import { secretOf, secretValue, signal, versions, versionsOf } from '../support/objects.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';
import type { TestBed } from '../support/test-bed.ts';
import { needs } from '../../support/needs.ts';

needs('kube-controller-manager');

const server = realCluster(true);
const TOKEN = ref.secret('appliance-system', 'appliance-status-auth');
const TENANT = ref.secret('msp', 'appliance-initial-tenant');
const LICENCE = ref.secret('msp', 'appliance-license-seed');
const SHARED = ref.secret('msp', 'alga-psa-shared');

describe('namespaces', () => {
  test('are made with the labels that their pods need, and a second run changes nothing', async () => {
    const bed = await testBed(server.kubeconfig);
    expect(await createNamespaces(bed.context())).toMatchObject({ did: 'acted' });
    const labels = async (name: string): Promise<string | undefined> =>
      (await bed.cluster.get(ref.namespace(name), signal))?.metadata.labels?.['pod-security.kubernetes.io/enforce'];
    expect(await Promise.all(['msp', 'appliance-system', 'local-path-storage', 'alga-system'].map(labels))).toEqual([
      'privileged',
      'privileged',
      'privileged',
      undefined,
    ]);
    const before = await versionsOf(bed.cluster, ['v1', 'Namespace']);
    expect(await createNamespaces(bed.context())).toMatchObject({ did: 'nothing-to-do' });
    expect(await versionsOf(bed.cluster, ['v1', 'Namespace'])).toEqual(before);
  });

  test('one that is being deleted is waited for and made anew', async () => {
    const bed = await testBed(server.kubeconfig);
    const blocking = { name: 'keeps-it', namespace: 'alga-system', finalizers: ['test.example/hold'] };
    await createNamespaces(bed.context());
    await bed.cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: blocking }, signal);
    const old = await bed.cluster.get(ref.namespace('alga-system'), signal);
    await bed.cluster.delete(ref.namespace('alga-system'), {}, signal);
    const done = createNamespaces(bed.context());
    await expect
      .poll(() => bed.seen.join('\n'))
      .toContain('namespace alga-system to be deleted: it has been terminating since');
    await bed.cluster.patch(ref.configMap('alga-system', 'keeps-it'), { metadata: { finalizers: null } }, signal);
    await done;
    const now = await bed.cluster.get(ref.namespace('alga-system'), signal);
    expect(now?.metadata.deletionTimestamp).toBeUndefined();
    expect(now?.metadata.uid).not.toBe(old?.metadata.uid);
  });
});

describe('secrets', () => {
  test('the status token is the same in the cluster and in a private file, and is made once', async () => {
    const bed = await freshBed();
    const outcome = await createSecrets(bed.context());
    const token = await secretValue(bed.cluster, TOKEN, 'token');
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await bed.folder.read('status-token'))?.trim()).toBe(token);
    expect((await stat(bed.folder.path('status-token'))).mode & 0o777).toBe(0o600);
    const key = await secretValue(bed.cluster, SHARED, 'ALGA_AUTH_KEY');
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    // Lesson 7: a secret is in the cluster and in the file, and nowhere that is shown or kept.
    const told = JSON.stringify([outcome, bed.seen, bed.reports]);
    expect(told).not.toContain(token);
    expect(told).not.toContain(key);

    const before = versions(await Promise.all([bed.cluster.get(TOKEN, signal), bed.cluster.get(SHARED, signal)]));
    expect(await createSecrets(bed.context())).toMatchObject({ did: 'nothing-to-do' });
    expect(versions(await Promise.all([bed.cluster.get(TOKEN, signal), bed.cluster.get(SHARED, signal)]))).toEqual(
      before,
    );
  });

  test('a token in the cluster wins over the file of another machine', async () => {
    const bed = await freshBed();
    await bed.cluster.create(secretOf(TOKEN, { token: 'of-the-cluster' }), signal);
    await bed.folder.write('status-token', 'of-another-machine\n');
    await createSecrets(bed.context());
    expect(await bed.folder.read('status-token')).toBe('of-the-cluster\n');
    expect(await secretValue(bed.cluster, TOKEN, 'token')).toBe('of-the-cluster');
  });

  test('a token that a killed run has left in the folder is taken', async () => {
    const bed = await freshBed();
    await bed.folder.write('status-token', 'of-a-killed-run\n');
    await createSecrets(bed.context());
    expect(await secretValue(bed.cluster, TOKEN, 'token')).toBe('of-a-killed-run');
  });

  test('two runs at once agree on one token', async () => {
    const bed = await freshBed();
    const other = await testBed(server.kubeconfig);
    await Promise.all([createSecrets(bed.context()), createSecrets(other.context())]);
    await createSecrets(bed.context());
    await createSecrets(other.context());
    expect(await bed.folder.read('status-token')).toBe(await other.folder.read('status-token'));
  });

  test('the operator’s authentication key is used, and an existing one is kept with a warning', async () => {
    const bed = await freshBed();
    await bed.folder.write('auth-key', 'the-operators-key\n');
    await createSecrets(bed.context());
    expect(await secretValue(bed.cluster, SHARED, 'ALGA_AUTH_KEY')).toBe('the-operators-key');
    await bed.folder.write('auth-key', 'another-key\n');
    const again = await createSecrets(bed.context());
    expect(again.warnings).toMatchObject([{ code: 'input-invalid', severity: 'warning', loginBlocking: false }]);
    expect(JSON.stringify(again)).not.toMatch(/the-operators-key|another-key/);
    expect(await secretValue(bed.cluster, SHARED, 'ALGA_AUTH_KEY')).toBe('the-operators-key');
  });

  test('an empty key file is said, and nothing is made from it', async () => {
    const bed = await freshBed();
    await bed.folder.write('auth-key', '');
    await expect(createSecrets(bed.context())).rejects.toMatchObject({
      blockers: [{ code: 'input-invalid', reason: `${bed.folder.path('auth-key')} is empty: one line is expected.` }],
    });
    expect(await bed.cluster.get(SHARED, signal)).toBeNull();
  });

  test('a folder that cannot be written stops before the cluster is touched', async () => {
    const bed = await freshBed();
    await writeFile(bed.folder.root, 'a file in the place of the folder');
    await expect(createSecrets(bed.context())).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await bed.cluster.get(TOKEN, signal)).toBeNull();
  });
});

describe('the first tenant', () => {
  const GIVEN = {
    INITIAL_TENANT_NAME: 'First & Sons',
    INITIAL_ADMIN_FIRST_NAME: 'Ada',
    INITIAL_ADMIN_LAST_NAME: 'Admin',
    INITIAL_ADMIN_EMAIL: 'ada@first.test',
    INITIAL_ADMIN_PASSWORD: 'My-canary-07-Key!',
  };
  const inCluster = async (bed: TestBed) =>
    Object.fromEntries(
      await Promise.all(Object.keys(GIVEN).map(async (key) => [key, await secretValue(bed.cluster, TENANT, key)])),
    );

  test('of the file is put where the database setup looks for it, once, and told nowhere', async () => {
    const bed = await freshBed();
    await bed.folder.make();
    await writeFile(bed.folder.path('initial-tenant.json'), JSON.stringify(GIVEN), { mode: 0o644 });
    const outcome = await createSecrets(bed.context());
    expect(outcome.detail).toContain('First tenant stored');
    expect(await inCluster(bed)).toEqual(GIVEN);
    expect((await stat(bed.folder.path('initial-tenant.json'))).mode & 0o777).toBe(0o600);
    expect(JSON.stringify([outcome, bed.seen, bed.reports])).not.toContain('canary');
    const before = versions([await bed.cluster.get(TENANT, signal)]);
    expect(await createSecrets(bed.context())).toMatchObject({ did: 'nothing-to-do' });
    expect(versions([await bed.cluster.get(TENANT, signal)])).toEqual(before);
    await bed.folder.write('initial-tenant.json', JSON.stringify({ ...GIVEN, INITIAL_TENANT_NAME: 'Corrected' }));
    await createSecrets(bed.context());
    expect(await inCluster(bed)).toEqual({ ...GIVEN, INITIAL_TENANT_NAME: 'Corrected' });
  });

  test('is not asked for, and not stored once there are users', async () => {
    const bed = await freshBed();
    await createSecrets(bed.context());
    await bed.folder.write('initial-tenant.json', JSON.stringify(GIVEN));
    expect(await createSecrets(bed.context({ facts: { usersCount: 1 } }))).toMatchObject({ did: 'nothing-to-do' });
    expect(await bed.cluster.get(TENANT, signal)).toBeNull();
  });

  test('that is half written is told by its keys, and nothing is stored', async () => {
    const bed = await freshBed();
    await bed.folder.write('initial-tenant.json', JSON.stringify({ ...GIVEN, INITIAL_ADMIN_EMAIL: '-x' }));
    await expect(createSecrets(bed.context())).rejects.toMatchObject({
      blockers: [{ code: 'input-invalid', reason: expect.stringMatching(/invalid: INITIAL_ADMIN_EMAIL\.$/) }],
    });
    await bed.folder.write('initial-tenant.json', '{"INITIAL_ADMIN_PASSWORD": "canary');
    await expect(createSecrets(bed.context())).rejects.not.toThrow(/canary/);
    expect(await bed.cluster.get(TENANT, signal)).toBeNull();
  });

  test('is forgotten in the cluster and in the folder, and again', async () => {
    const bed = await freshBed();
    await bed.folder.write('initial-tenant.json', JSON.stringify(GIVEN));
    await createSecrets(bed.context());
    for (let run = 0; run < 2; run += 1) {
      await forgetInitialTenant(bed.context(), bed.cluster);
      expect(await bed.cluster.get(TENANT, signal)).toBeNull();
      expect(await bed.folder.exists('initial-tenant.json')).toBe(false);
    }
  });
});

describe('the licence', () => {
  const TOKEN_TEXT = 'eyJhbGciOiJFZERTQSJ9.canary.c2lnbmF0dXJl';
  const inCluster = async (bed: TestBed) =>
    Promise.all(['EDITION_CHOICE', 'LICENSE_TOKEN'].map((key) => secretValue(bed.cluster, LICENCE, key)));

  test('of the file is put where the database setup looks for it, once, and told nowhere', async () => {
    const bed = await freshBed();
    await bed.folder.make();
    await writeFile(bed.folder.path('license-token'), `${TOKEN_TEXT}\n`, { mode: 0o644 });
    const outcome = await createSecrets(bed.context());
    expect(outcome.detail).toContain('Licence stored');
    expect(await inCluster(bed)).toEqual(['ee', TOKEN_TEXT]);
    expect((await stat(bed.folder.path('license-token'))).mode & 0o777).toBe(0o600);
    expect(JSON.stringify([outcome, bed.seen, bed.reports])).not.toContain('canary');
    const before = versions([await bed.cluster.get(LICENCE, signal)]);
    expect(await createSecrets(bed.context())).toMatchObject({ did: 'nothing-to-do' });
    expect(versions([await bed.cluster.get(LICENCE, signal)])).toEqual(before);
    await bed.folder.write('license-token', `${TOKEN_TEXT}-2`);
    await createSecrets(bed.context());
    expect(await inCluster(bed)).toEqual(['ee', `${TOKEN_TEXT}-2`]);
  });

  test('need not be there, and leaves the Secret that there is', async () => {
    const bed = await freshBed();
    await createSecrets(bed.context());
    expect(await bed.cluster.get(LICENCE, signal)).toBeNull();
  });

  test('that is none is told by its file, and nothing is stored', async () => {
    const bed = await freshBed();
    for (const text of ['', 'canary', `${TOKEN_TEXT}\n${TOKEN_TEXT}`]) {
      await bed.folder.write('license-token', text);
      await expect(createSecrets(bed.context())).rejects.toMatchObject({
        blockers: [
          { code: 'input-invalid', reason: expect.stringMatching(/license-token (is|has|contains) (?!.*canary)/) },
        ],
      });
    }
    expect(await bed.cluster.get(LICENCE, signal)).toBeNull();
  });
});

async function freshBed(): Promise<TestBed> {
  const bed = await testBed(server.kubeconfig);
  await createNamespaces(bed.context());
  await Promise.all([TOKEN, SHARED, TENANT, LICENCE].map((each) => bed.cluster.delete(each, {}, signal)));
  return bed;
}

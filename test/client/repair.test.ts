import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Services } from '../../client/services.ts';
import { createLease } from '../../holder/lease.ts';
import { ref } from '../../kubernetes/addresses.ts';
import { REPAIR_LOG, repairReport } from '../../model/repair.ts';
import { readDocumentText } from '../../model/documents.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { ago, appliance } from '../diagnosis/appliance.ts';
import type { Change } from '../diagnosis/appliance.ts';
import { bootstrapFailed, changed, pulling } from '../diagnosis/faults.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'appliance-single-node';
const signal = AbortSignal.timeout(60_000);
const RELEASE = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  namespace: 'alga-system',
  name: 'email-service',
};
const POD = ref.pod('msp', 'email-service-7d9c5b8f6d-q4z8w');
const JOB = ref.job('msp', 'alga-core-sebastian-bootstrap-1');

const locked = changed('HelmRelease', 'email-service', (object) => {
  object['status'] = {
    observedGeneration: 1,
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'UpgradeFailed',
        message: 'another operation (install/upgrade/rollback) is in progress',
        observedGeneration: 1,
        lastTransitionTime: ago(20),
      },
    ],
    history: [{ status: 'pending-upgrade', lastDeployed: ago(30) }],
  };
});
const cutPull: Change = pulling('email-service', 'ImagePullBackOff', 'Back-off pulling image', [
  ['Failed', 'Failed to pull image: failed to copy: httpReadSeeker: failed open: unexpected EOF', { count: 4 }],
  ['BackOff', 'Back-off pulling image', { count: 9 }],
]);
const cordoned = changed('Node', 'appliance', (node) => Object.assign(node, { spec: { unschedulable: true } }));

/** What the appliance's controllers do once an object was written: `after` is the appliance as it is then. */
async function site(
  changes: readonly Change[],
  after: (object: string) => readonly KubernetesObject[] = () => [],
): Promise<{ api: FakeKubernetes; run: (...argv: string[]) => ReturnType<typeof runClient> }> {
  const api = fakeKubernetes(appliance(...changes).kubernetes?.items ?? []);
  const home = await temporaryFolder();
  const react = (name: string): void => {
    for (const object of after(name)) api.put(object);
  };
  const services: Partial<Services> = {
    reader: async () => api.reader,
    cluster: async (_, as) => {
      const cluster = as === undefined ? api.cluster : api.as(as);
      return {
        ...cluster,
        create: async (object, ended) => {
          const created = await cluster.create(object, ended);
          react(`${object.kind} ${object.metadata.name}`);
          return created;
        },
        patch: async (at, patch, ended) => {
          const patched = await cluster.patch(at, patch, ended);
          react(`${at.kind} ${at.name}`);
          return patched;
        },
        delete: async (at, options, ended) => {
          const deleted = await cluster.delete(at, options, ended);
          react(`${at.kind} ${at.name}`);
          return deleted;
        },
      };
    },
    get: async () => ({ status: 307, location: '/msp/dashboard', error: null, body: '' }),
  };
  const ordered = scriptedInstalls({ scenes: [], services });
  await runClient(
    ['start', '--fresh', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/a/a.git', '--detach'],
    { home, services: ordered.services },
  );
  await writeFile(join(home, SITE, 'kubeconfig'), OWN_KUBECONFIG);
  return { api, run: (...argv) => runClient(argv, { home, services: ordered.services }) };
}

const healthy = (kind: string, name: string): KubernetesObject[] =>
  (appliance().kubernetes?.items ?? []).filter((one) => one.kind === kind && one.metadata.name === name);

async function recorded(api: FakeKubernetes) {
  const found = await api.cluster.get(ref.configMap('alga-system', 'appliance-repairs'), signal);
  const data = found?.['data'] as Record<string, string> | undefined;
  const read = readDocumentText(REPAIR_LOG, data?.['repairs.json'] ?? '');
  return 'value' in read ? read.value.entries : [];
}

test('lists what it would do and why, and changes nothing', async () => {
  const { api, run } = await site([locked]);
  const before = await api.cluster.get(RELEASE, signal);
  const { exit, stdout } = await run('repair');
  expect(exit).toBe(0);
  await expect(stdout).toMatchFileSnapshot('golden/repair-list.txt');
  expect(await api.cluster.get(RELEASE, signal)).toEqual(before);
  expect(await api.cluster.get(ref.configMap('alga-system', 'appliance-repairs'), signal)).toBeNull();
});

test('with --yes it asks Flux, waits for what comes of it, and records both', async () => {
  const { api, run } = await site([locked], (object) =>
    object === 'HelmRelease email-service' ? healthy('HelmRelease', 'email-service') : [],
  );
  const { exit, stdout } = await run('repair', '--yes');
  expect(exit).toBe(0);
  await expect(stdout).toMatchFileSnapshot('golden/repair-done.txt');
  expect(await recorded(api)).toMatchObject([
    {
      by: 'person',
      kind: 'helm-operation-stuck',
      object: 'HelmRelease alga-system/email-service',
      before: expect.stringContaining('pending-upgrade'),
      after: 'no longer reported',
      resolved: true,
    },
  ]);
  const again = await run('repair', '--yes', '-o', 'json');
  expect(repairReport.parse(JSON.parse(again.stdout))).toMatchObject({
    remedies: [],
    done: [],
    earlier: [{ kind: 'helm-operation-stuck' }],
  });
});

test('what does not help is said, with exit code 4', async () => {
  const { api, run } = await site([locked]);
  const { exit, stdout } = await run('repair', '--yes');
  expect(exit).toBe(4);
  expect(stdout).toContain('did not help yet');
  const release = await api.cluster.get(RELEASE, signal);
  const { annotations } = release?.metadata ?? {};
  expect(annotations?.['reconcile.fluxcd.io/forceAt']).toBe(annotations?.['reconcile.fluxcd.io/requestedAt']);
  expect(await recorded(api)).toMatchObject([{ resolved: false }]);
});

test('a pod of a cut pull is deleted, and only in the state in which it was seen', async () => {
  const first = await site([cutPull]);
  await first.run('repair', '--yes');
  expect((await first.api.cluster.get(POD, signal))?.metadata.deletionTimestamp).toBeDefined();

  // The repair is noted, and by then the pod has come up.
  const running = healthy('Pod', POD.name);
  const second = await site([cutPull], (object) => (object === 'ConfigMap appliance-repairs' ? running : []));
  const { exit, stdout } = await second.run('repair', '--yes');
  expect(exit).toBe(4);
  expect(stdout).toContain('it had changed meanwhile, so nothing was done');
  expect((await second.api.cluster.get(POD, signal))?.metadata.deletionTimestamp).toBeUndefined();
});

test('a failed setup is created again: noted on its release, deleted, then asked for with force', async () => {
  const { api, run } = await site([bootstrapFailed('Error: connect ECONNREFUSED 10.96.12.7:5432\n')]);
  api.logText = 'Error: connect ECONNREFUSED 10.96.12.7:5432\n';
  const { stdout } = await run('repair', '--yes', '-o', 'json');
  expect(repairReport.parse(JSON.parse(stdout)).done).toMatchObject([{ kind: 'setup-job-failed' }]);
  expect(await api.cluster.get(JOB, signal)).toBeNull();
  const release = await api.cluster.get({ ...RELEASE, name: 'alga-core' }, signal);
  const { annotations } = release?.metadata ?? {};
  const token = annotations?.['reconcile.fluxcd.io/forceAt'];
  expect(annotations?.['appliance.alga-psa/renews-setup']).toBe(`${token} uid-msp-${JOB.name}`);
});

test('nothing is repaired in maintenance: it says so, and --yes ends with 4', async () => {
  const { api, run } = await site([locked, cordoned]);
  const before = await api.cluster.get(RELEASE, signal);
  const listed = await run('repair');
  expect([listed.exit, listed.stdout]).toEqual([0, expect.stringContaining('is cordoned: maintenance is in progress')]);
  const refused = await run('repair', '--yes');
  expect([refused.exit, refused.stderr]).toEqual([4, expect.stringContaining('Nothing was repaired')]);
  expect(await api.cluster.get(RELEASE, signal)).toEqual(before);
});

test('of a site that another operator holds it changes nothing, and ends with 6', async () => {
  const { api, run } = await site([locked]);
  const holder = { operatorId: '3f0d1c52-7a44-4d0c-9c86-5b1c0f2f6a10', epoch: 3, name: 'bo@other', since: ago(30) };
  await createLease(api.cluster, holder, null, signal);
  const before = await api.cluster.get(RELEASE, signal);
  const { exit, stderr } = await run('repair', '--yes');
  expect([exit, stderr]).toEqual([6, expect.stringContaining('bo@other')]);
  expect(await api.cluster.get(RELEASE, signal)).toEqual(before);
});

test('a healthy appliance calls for nothing', async () => {
  const { run } = await site([]);
  const { exit, stdout } = await run('repair', '--yes');
  expect([exit, stdout]).toEqual([0, 'Nothing on this appliance calls for a repair.\n']);
});

test('an appliance that does not answer is not repaired', async () => {
  const { api, run } = await site([locked]);
  api.isAway = true;
  const { exit, stderr } = await run('repair', '--yes');
  expect([exit, stderr]).toEqual([7, expect.stringContaining('does not answer')]);
});

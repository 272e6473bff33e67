import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { awaitBootstrap } from '../../../activities/phases/bootstrap/await-bootstrap.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { KINDS, ref } from '../../../kubernetes/addresses.ts';
import { FORCE_AT, REQUESTED_AT } from '../../../kubernetes/flux-state.ts';
import type { InitialTenant } from '../../../model/initial-tenant.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { helmRelease, installFluxDefinitions } from '../support/flux.ts';
import { Killed, meddler } from '../support/meddler.ts';
import { plainNamespace, signal } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';
import { REVISION } from './played-appliance.ts';

const server = realCluster(false);
const FACTS = { installId: 'install-1', gitRevision: REVISION };
const JOB = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'msp', name: 'alga-core-sebastian-bootstrap-1' };
const RELEASE = { ...KINDS.helmRelease, namespace: 'alga-system', name: 'alga-core' };
const TENANT_SECRET = ref.secret('msp', 'appliance-initial-tenant');
const TENANT: InitialTenant = {
  INITIAL_TENANT_NAME: 'Analytical Engines',
  INITIAL_ADMIN_FIRST_NAME: 'Grace',
  INITIAL_ADMIN_LAST_NAME: 'Hopper',
  INITIAL_ADMIN_EMAIL: 'grace@example.org',
  INITIAL_ADMIN_PASSWORD: 'canary-Word-4711',
};
const secret = z.object({ data: z.record(z.string(), z.string()) });
const RETRIED = '2026-05-01T12:00:00.000Z';
const AT = new Date().toISOString();

let cluster: Cluster;
beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  await installFluxDefinitions(cluster);
  for (const name of ['flux-system', 'alga-system', 'msp']) await cluster.apply(plainNamespace(name), signal);
}, 180_000);

test('a Job that has failed is deleted and its release asked for with force, once a retry', async () => {
  const { bed, failed } = await failedSetup();
  const { cluster: watched, writes } = meddler(cluster);
  const attempt = (retriedAt?: string) =>
    awaitBootstrap(bed.context({ facts: FACTS, cluster: watched, ...(retriedAt && { retriedAt }) }));

  // Nobody asked: however often the phase looks, the Job stays.
  await expect(attempt()).rejects.toMatchObject({ name: 'Blocked' });
  await expect(attempt()).rejects.toMatchObject({ name: 'Blocked' });
  expect(writes).toEqual([]);

  helm('it fails again');
  await expect(attempt(RETRIED)).rejects.toMatchObject({ name: 'Blocked' });
  expect(writes).toEqual([
    'patch HelmRelease alga-core',
    'delete Job alga-core-sebastian-bootstrap-1',
    'patch HelmRelease alga-core',
  ]);
  const made = await cluster.get(JOB, signal);
  expect(made?.metadata.uid).not.toBe(failed.metadata.uid);
  // helm-controller upgrades only when both requests carry the same token.
  expect((await cluster.get(RELEASE, signal))?.metadata.annotations).toMatchObject({
    [REQUESTED_AT]: RETRIED,
    [FORCE_AT]: RETRIED,
  });

  // The same attempt again, after its worker has died: the new Job failed on its own account, and waits for a person.
  await expect(attempt(RETRIED)).rejects.toMatchObject({ name: 'Blocked' });
  expect(writes).toHaveLength(3);
  expect((await cluster.get(JOB, signal))?.metadata.uid).toBe(made?.metadata.uid);
});

test("the first tenant's Secret is written again from the site's folder before the new Job can read it", async () => {
  const { bed } = await failedSetup();
  await bed.folder.write('initial-tenant.json', JSON.stringify(TENANT));
  const { cluster: watched, writes } = meddler(cluster);
  const attempt = (retriedAt?: string) =>
    awaitBootstrap(bed.context({ facts: FACTS, cluster: watched, ...(retriedAt && { retriedAt }) }));
  await expect(attempt()).rejects.toMatchObject({ name: 'Blocked' });
  expect(writes).toEqual([]);

  helm('it fails again');
  await expect(attempt(RETRIED)).rejects.toMatchObject({ name: 'Blocked' });
  expect(writes).toEqual([
    'patch HelmRelease alga-core',
    'create Secret appliance-initial-tenant',
    'delete Job alga-core-sebastian-bootstrap-1',
    'patch HelmRelease alga-core',
  ]);
  const written = secret.parse(await cluster.get(TENANT_SECRET, signal));
  expect(Buffer.from(written.data['INITIAL_ADMIN_EMAIL'] ?? '', 'base64').toString()).toBe('grace@example.org');
  await cluster.delete(TENANT_SECRET, {}, signal);
});

test('a file of the first tenant that cannot be used is said before the failed Job is deleted', async () => {
  const { bed, failed } = await failedSetup();
  await bed.folder.write('initial-tenant.json', JSON.stringify({ ...TENANT, INITIAL_ADMIN_EMAIL: 'grace' }));
  const attempt = awaitBootstrap(bed.context({ facts: FACTS, retriedAt: RETRIED }));
  await expect(attempt).rejects.toMatchObject({ blockers: [{ code: 'input-invalid' }] });
  expect((await cluster.get(JOB, signal))?.metadata.uid).toBe(failed.metadata.uid);
});

test('a worker that dies after any of its writes leaves what the next attempt brings to its end', async () => {
  for (const dies of [0, 1, 2]) {
    const { bed, failed } = await failedSetup();
    helm('it goes well');
    const dying = meddler(cluster, {
      after: async (write, index) => {
        if (index === dies) throw new Killed(write);
      },
    });
    await expect(
      awaitBootstrap(bed.context({ facts: {}, cluster: dying.cluster, retriedAt: RETRIED })),
    ).rejects.toThrow(Killed);
    // Not even told of the retry again: the note on the release is enough.
    expect(await awaitBootstrap(bed.context({ facts: {} }))).toMatchObject({ did: 'acted' });
    expect((await cluster.get(JOB, signal))?.metadata.uid).not.toBe(failed.metadata.uid);
  }
});

test.each([
  ['has ended well', { succeeded: 1, completionTime: AT, ...conditions('SuccessCriteriaMet', 'Complete') }],
  ['runs', { active: 1, failed: 2 }],
])('a Job that %s is left alone', async (_, status) => {
  const { bed, failed: job } = await failedSetup({ startTime: AT, ...status });
  const { cluster: watched, writes } = meddler(cluster);
  const done = awaitBootstrap(bed.context({ facts: {}, cluster: watched, retriedAt: RETRIED })).catch(() => null);
  await expect.poll(() => bed.seen.length + bed.reports.length, { timeout: 10_000 }).toBeGreaterThan(0);
  bed.abort(new Error('seen enough'));
  await done;
  expect(writes).toEqual([]);
  expect((await cluster.get(JOB, signal))?.metadata.uid).toBe(job.metadata.uid);
});

/** A release that Flux calls ready, and its Job, which has failed unless something else is said. */
async function failedSetup(
  status: Record<string, unknown> = { startTime: AT, failed: 3, ...conditions('FailureTarget', 'Failed') },
) {
  const bed = await testBed(server.kubeconfig, 20);
  await cluster.patch(RELEASE, { metadata: { finalizers: null } }, signal).catch(() => null);
  await cluster.delete(RELEASE, {}, signal);
  await cluster.delete(JOB, {}, signal);
  await cluster.create(helmRelease('alga-core'), signal);
  const failed = await makeJob(status);
  return { bed, failed };
}

async function makeJob(status: Record<string, unknown>): Promise<KubernetesObject> {
  const { namespace, name, ...kind } = JOB;
  const containers = [{ name: 'bootstrap', image: 'example.org/x:1' }];
  const spec = { template: { spec: { restartPolicy: 'Never', containers } } };
  const job = await cluster.create({ ...kind, metadata: { name, namespace }, spec }, signal);
  await players(server.kubeconfig).status(job, status);
  return job;
}

/** helm-controller: a forced request is answered once, by an upgrade that makes what is missing; then the Job ends. */
function helm(how: 'it goes well' | 'it fails again'): void {
  const { play, status } = players(server.kubeconfig);
  let handled: string | undefined;
  play(async () => {
    const release = await cluster.get(RELEASE, signal);
    const { [FORCE_AT]: forced, [REQUESTED_AT]: requested } = release?.metadata.annotations ?? {};
    if (!release || forced === undefined || forced !== requested || handled === release.metadata.uid) return;
    handled = release.metadata.uid;
    if (!(await cluster.get(JOB, signal))) {
      const ended = how === 'it goes well' ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed'];
      const result = how === 'it goes well' ? { succeeded: 1, completionTime: AT } : { failed: 3 };
      await makeJob({ startTime: AT, ...result, ...conditions(...ended) });
    }
    await status(release, { lastHandledReconcileAt: requested, lastHandledForceAt: forced });
  });
}

function conditions(...types: string[]) {
  const each = {
    status: 'True',
    lastTransitionTime: AT,
    lastProbeTime: AT,
    reason: 'Ended',
    message: 'it ended',
  };
  return { conditions: types.map((type) => ({ type, ...each })) };
}

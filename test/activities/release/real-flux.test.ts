import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { ref } from '../../../kubernetes/addresses.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { applianceObjects } from '../../../activities/flux-objects.ts';
import { createNamespaces } from '../../../activities/phases/identity/create-namespaces.ts';
import { createSecrets } from '../../../activities/phases/identity/create-secrets.ts';
import { connectSource } from '../../../activities/phases/release/connect-source.ts';
import { renewFailedSetup } from '../../../activities/phases/bootstrap/renew-failed-setup.ts';
import { selectRelease } from '../../../activities/phases/release/select-release.ts';
import { wipeApplicationData } from '../../../activities/phases/storage/wipe-application-data.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { startFluxControllers } from '../../flux/controllers.ts';
import type { FluxControllers } from '../../flux/controllers.ts';
import { BRANCH, startGitServer } from '../../flux/git-server.ts';
import type { GitServer } from '../../flux/git-server.ts';
import { consentTo, recordThisCluster } from '../storage/appliance.ts';
import { installFluxDefinitions } from '../support/flux.ts';
import { plainNamespace, signal } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';
import type { ContextChanges, TestBed } from '../support/test-bed.ts';
import { needs } from '../../support/needs.ts';

needs('kube-controller-manager');

const server = realCluster(true);
const DATABASE = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'msp', name: 'db' };
const CORE_RELEASE = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  namespace: 'alga-system',
  name: 'alga-core',
};

let cluster: Cluster;
let git: GitServer;
let flux: FluxControllers;
beforeAll(async () => {
  git = await startGitServer();
  cluster = await kubernetesPort().connect(server.kubeconfig);
  await installFluxDefinitions(cluster);
  await cluster.apply(plainNamespace('flux-system'), signal);
  flux = await startFluxControllers(server.kubeconfig);
}, 180_000);
afterAll(async () => {
  await flux.stop();
  await git.close();
});

// The controllers, Helm and Git are real here: what the phases believe about Flux is what Flux does.
test('the source is connected, the tree applied, wiped, and made anew by another install', async () => {
  onTestFailed(async () => {
    for (const object of await applianceObjects(cluster, AbortSignal.timeout(9000))) {
      console.log(object.kind, object.metadata.name, JSON.stringify(object['status']));
    }
    console.log(flux.logs());
  });
  const bed = await testBed(server.kubeconfig, 2);
  playNode(bed);
  const first = order('install-1');
  await createNamespaces(bed.context(first));
  await createSecrets(bed.context(first));
  await selectRelease(bed.context(first));
  const { facts } = await connectSource(bed.context(first));
  expect(facts?.gitRevision).toMatch(new RegExp(`^${BRANCH}@sha1:[0-9a-f]{40}$`));
  // Asked again, nothing is done again.
  expect(await connectSource(bed.context(first))).toMatchObject({ did: 'nothing-to-do' });
  await expect.poll(() => cluster.get(DATABASE, signal), { timeout: 60_000 }).not.toBeNull();
  const old = await cluster.get(DATABASE, signal);
  const claim = await cluster.get(ref.claim('msp', 'alga-core-sebastian-postgres-data'), signal);
  const credentials = await cluster.get(ref.secret('msp', 'db-credentials'), signal);
  expect([claim, credentials]).not.toContain(null);

  // A failed setup, which neither Helm nor Flux would ever run again: made anew with the same values when it is retried.
  // The Job's controller has begun it: what it noted then cannot be changed.
  await expect.poll(async () => (await setupJob())['status']).toHaveProperty('startTime');
  const failed = await setupJob();
  await players(server.kubeconfig).status(failed, failedStatus());
  await renewFailedSetup(bed.context(first));
  expect((await setupJob()).metadata.uid).toBe(failed.metadata.uid);
  await renewFailedSetup(bed.context({ ...first, retriedAt: new Date().toISOString() }));
  expect((await setupJob()).metadata.uid).not.toBe(failed.metadata.uid);

  // A commit that is not there: said by the real Flux, found by the diagnosis.
  await expect(connectSource(bed.context(order('install-1', 'release/none')))).rejects.toMatchObject({
    blockers: [{ code: 'flux-source-ref-missing' }],
  });

  await recordThisCluster(bed);
  const second = order('install-2');
  // Here the controllers are processes: what the wipe does to their Deployments is done to them by hand.
  await flux.stop();
  await consentTo(bed);
  expect(await wipeApplicationData(bed.context(second))).toMatchObject({ did: 'acted' });
  flux = await startFluxControllers(server.kubeconfig);
  expect(await cluster.get(DATABASE, signal)).toBeNull();
  expect(await cluster.get(CORE_RELEASE, signal)).toBeNull();
  expect(await cluster.get(ref.secret('msp', 'db-credentials'), signal)).toBeNull();

  await createSecrets(bed.context(second));
  await selectRelease(bed.context(second));
  await connectSource(bed.context(second));
  await expect.poll(() => cluster.get(DATABASE, signal), { timeout: 60_000 }).not.toBeNull();
  expect((await cluster.get(DATABASE, signal))?.metadata.uid).not.toBe(old?.metadata.uid);
  const now = await cluster.get(ref.secret('msp', 'db-credentials'), signal);
  expect(now?.metadata.uid).not.toBe(credentials?.metadata.uid);
}, 170_000);

async function setupJob(): Promise<KubernetesObject> {
  const jobs = await cluster.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace: 'msp' }, signal);
  const job = jobs.find(({ metadata }) => metadata.name.startsWith('alga-core-sebastian-bootstrap'));
  if (!job) throw new Error('there is no Job that sets up the database');
  return job;
}

function failedStatus(): Record<string, unknown> {
  const at = new Date().toISOString();
  const conditions = ['FailureTarget', 'Failed'].map((type) => ({
    type,
    status: 'True',
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
    lastTransitionTime: at,
    lastProbeTime: at,
  }));
  return { failed: 3, active: 0, ready: 0, terminating: 0, conditions };
}

function order(installId: string, branch = BRANCH): ContextChanges {
  return { spec: { repo: { url: git.url, branch, path: './flux/profiles/talos-single-node' } }, facts: { installId } };
}

/** No kubelet runs: every pod is said to be Ready, and the wipe's to have ended. */
function playNode(bed: TestBed): void {
  const { play, status } = players(server.kubeconfig);
  play(async () => {
    for (const pod of await bed.cluster.list(
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace: 'local-path-storage' },
      signal,
    )) {
      const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: pod.metadata.creationTimestamp }];
      const isWipe = pod.metadata.name.startsWith('appliance-wipe-');
      await status(pod, isWipe ? { phase: 'Succeeded' } : { phase: 'Running', conditions });
    }
  });
}

import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { kubernetesPort } from '../../activities/adapters/kubernetes.ts';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import { showAdministrators } from '../../administration/index.ts';
import { systemClock } from '../../client/terminal/clock.ts';
import { KINDS, ref } from '../../kubernetes/addresses.ts';
import { serverDeployment } from '../support/admin-kubelet.ts';
import { needs } from '../support/needs.ts';
import { plainNamespace, secretOf, signal } from './support/objects.ts';
import { players } from './support/players.ts';
import { realCluster } from './support/real-cluster.ts';

needs('kube-controller-manager');

const server = realCluster(true);
const query = { namespace: 'msp', labelSelector: 'app.kubernetes.io/name=appliance-admin' };
const pods = (cluster: Cluster) => cluster.list(KINDS.pod, query, signal);
const podSpec = z.object({
  spec: z.object({
    containers: z.tuple([z.object({ image: z.string(), env: z.array(z.object({ name: z.string() })) })]),
    automountServiceAccountToken: z.literal(false),
    hostNetwork: z.literal(true).optional(),
  }),
});

let cluster: Cluster;
beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  await cluster.create(plainNamespace('msp'), signal);
  const { metadata, spec, ...rest } = serverDeployment();
  const labels = { app: 'server' };
  const { template } = z.object({ template: z.looseObject({}) }).parse(spec);
  const form = { ...template, metadata: { labels } };
  await cluster.create(
    { ...rest, metadata, spec: { replicas: 0, selector: { matchLabels: labels }, template: form } },
    signal,
  );
  await cluster.create(secretOf(ref.secret('msp', 'somebody-elses'), { key: 'value' }), signal);
}, 60_000);

test('a real control plane takes the Job, makes its pod once the Secret is there, and has nothing of it afterwards', async () => {
  const { status } = players(server.kubeconfig);
  const asking = showAdministrators({ cluster, program: 'the program', clock: systemClock, signal }).then(
    () => null,
    (error: Error) => error.message,
  );
  await expect.poll(async () => (await pods(cluster)).length).toBe(1);
  const [pod] = await pods(cluster);
  if (!pod) throw new Error('the pod has gone');
  const { spec } = podSpec.parse(pod);
  expect(spec.containers[0].env.map(({ name }) => name)).toEqual(['NEXTAUTH_SECRET']);
  expect(spec.hostNetwork).toBeUndefined();
  expect(await cluster.get(ref.secret('msp', 'appliance-admin'), signal)).toMatchObject({
    metadata: { ownerReferences: [{ kind: 'Job', name: 'appliance-admin' }] },
  });
  const state = { terminated: { exitCode: 1, reason: 'Error' } };
  const container = { name: 'admin', state, ready: false, restartCount: 0, image: 'x', imageID: '' };
  await status(pod, { phase: 'Failed', containerStatuses: [container] });

  expect(await asking).toBe(
    'No answer from the program in the cluster: the program ended without an answer (Error, exit code 1).',
  );
  expect(await cluster.get(ref.job('msp', 'appliance-admin'), signal)).toBeNull();
  expect(await cluster.get(ref.secret('msp', 'appliance-admin'), signal)).toBeNull();
  await expect.poll(async () => (await pods(cluster)).length).toBe(0);
  expect(await cluster.get(ref.secret('msp', 'somebody-elses'), signal)).not.toBeNull();
});

test('a Secret whose client died goes with its Job', async () => {
  // Dead in the moment after the Job was let run: nothing is cleaned up.
  const dying: Cluster = {
    ...cluster,
    patch: async (...args) => {
      await cluster.patch(...args);
      throw new Error('killed');
    },
    delete: async () => false,
  };
  const surroundings = { cluster: dying, program: 'the program', clock: systemClock, signal };
  await expect(showAdministrators(surroundings)).rejects.toThrow('No answer from the program in the cluster: killed');
  expect(await cluster.get(ref.secret('msp', 'appliance-admin'), signal)).not.toBeNull();
  // As the cluster does when the Job's time after its end has passed.
  await cluster.delete(ref.job('msp', 'appliance-admin'), {}, signal);
  await expect.poll(() => cluster.get(ref.secret('msp', 'appliance-admin'), signal)).toBeNull();
});

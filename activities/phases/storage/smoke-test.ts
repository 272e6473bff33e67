import { z } from 'zod';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES, STORAGE } from '../../../model/appliance.ts';
import { imageReference } from '../../../model/release.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import type { StatusDocument } from '../../../model/status.ts';
import { PATIENCE } from '../../../model/timing.ts';
import { ofComponents, stopOnBlockers } from '../../appliance-look.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';

const NAME = 'appliance-storage-smoke';
const POD = ref.pod(NAMESPACES.storage, NAME);
const CLAIM = ref.claim(NAMESPACES.storage, NAME);
const TESTED = `Pod ${NAMESPACES.storage}/${NAME}`;

const shape = z.object({
  metadata: z.object({ uid: z.string().optional() }),
  spec: z.object({ volumeName: z.string().optional() }).prefault({}),
  status: z
    .object({
      phase: z.string().default('Pending'),
      containerStatuses: z
        .array(z.object({ state: z.object({ terminated: z.object({ message: z.string().optional() }).optional() }) }))
        .default([]),
    })
    .prefault({}),
});

/**
 * Proves the storage by use, before anything depends on it: a claim, and a pod that writes to it and reads back. Throws Blocked
 * with the cause when it cannot be done.
 */
export async function smokeTestStorage(context: PhaseContext, cluster: Cluster): Promise<void> {
  await clearLeftovers(context, cluster);
  await waitForSuccess(context, cluster);
}

/** What a failed test or a killed clean-up has left is not tested with. */
async function clearLeftovers(context: PhaseContext, cluster: Cluster): Promise<void> {
  const pod = await cluster.get(POD, context.signal);
  const isFailed = pod !== null && shape.parse(pod).status.phase === 'Failed';
  if (isFailed || pod?.metadata.deletionTimestamp) await deleteAndWait(context, cluster, POD);
  const old = await cluster.get(CLAIM, context.signal);
  if (old?.metadata.deletionTimestamp) await awaitGone(context, cluster, CLAIM);
}

async function waitForSuccess(context: PhaseContext, cluster: Cluster): Promise<void> {
  const { signal, spec, ports } = context;
  const { busybox } = spec.release.dependencies;
  const aboutTest = ofComponents(NAME, 'local-path-provisioner');
  let idleSince = ports.clock.now().getTime();
  let seen = { phase: '', madeAt: idleSince };
  const check = stopOnBlockers(context, cluster, aboutTest, ({ status }) => {
    const now = ports.clock.now().getTime();
    if (status.activeOperations.some(({ kind, component }) => kind === 'image-pull' && component === NAME)) {
      idleSince = now;
      return;
    }
    const error = nothingHappens(context, status, seen.phase);
    // What the phase is parked on was waited for already, and this pod may have been created again since.
    const since = context.isParkedOn(error) ? Math.min(idleSince, seen.madeAt) : idleSince;
    if (now - since > PATIENCE.provisionStorage.writes) throw error;
  });
  await waitFor(context, {
    what: 'a test pod to write to a new volume',
    look: async () => {
      const pod = await cluster.get(POD, signal);
      if (!pod) {
        await cluster.apply(claim(), signal, { force: true });
        await cluster.create(testPod(imageReference(busybox)), signal);
        return { saw: 'the test pod is created' };
      }
      const { phase, containerStatuses } = shape.parse(pod).status;
      if (phase === 'Succeeded') return { done: true };
      if (phase === 'Failed') {
        // The diagnosis may know the cause by its words; whatever it does not know is told as it is.
        await stopOnBlockers(context, cluster, aboutTest)();
        throw testFailed(context, containerStatuses[0]?.state.terminated?.message ?? '');
      }
      seen = { phase, madeAt: Date.parse(pod.metadata.creationTimestamp ?? '') || idleSince };
      return { saw: `the test pod is ${phase}`, activeOperations: await check() };
    },
  });
}

/**
 * Removes what the test has made, and says whether there was anything. The class keeps a volume when its claim goes; the test's
 * own is told to go with it, folder and all.
 */
export async function cleanUpSmokeTest(context: PhaseContext, cluster: Cluster): Promise<boolean> {
  const { signal } = context;
  const [found, pod] = await Promise.all([cluster.get(CLAIM, signal), cluster.get(POD, signal)]);
  if (!found && !pod) return false;
  const { volumeName } = shape.parse(found ?? { metadata: {} }).spec;
  if (volumeName !== undefined && (await cluster.get(ref.volume(volumeName), signal))) {
    await cluster.patch(ref.volume(volumeName), { spec: { persistentVolumeReclaimPolicy: 'Delete' } }, signal);
  }
  await deleteAndWait(context, cluster, POD);
  await deleteAndWait(context, cluster, CLAIM);
  if (volumeName !== undefined) await awaitGone(context, cluster, ref.volume(volumeName));
  return true;
}

async function deleteAndWait(context: PhaseContext, cluster: Cluster, at: ObjectRef): Promise<void> {
  await cluster.delete(at, {}, context.signal);
  await awaitGone(context, cluster, at);
}

async function awaitGone(context: PhaseContext, cluster: Cluster, at: ObjectRef): Promise<void> {
  await waitFor(context, {
    what: `the ${at.kind} of the test to be deleted`,
    look: async () => ((await cluster.get(at, context.signal)) ? { saw: 'it still exists' } : { done: true }),
    late: {
      afterMs: PATIENCE.provisionStorage.cleansUp,
      end: () => {
        throw stop(context, 'storage-provisioner-failed', {
          component: 'local-path-provisioner',
          object: at.namespace ? `${at.kind} ${at.namespace}/${at.name}` : `${at.kind} ${at.name}`,
          reason: `The storage test could write, but its ${at.kind} ${at.name} is not deleted.`,
        });
      },
    },
  });
}

function testFailed(context: PhaseContext, message: string): Error {
  return stop(context, 'storage-provisioner-failed', {
    component: 'local-path-provisioner',
    object: TESTED,
    reason: `A pod could not write to a new volume and read it back${message && `: ${message}`}.`,
    evidence: [{ source: 'kubernetes', object: TESTED, message, at: context.ports.clock.now().toISOString() }],
  });
}

/** What every rule passes over in silence is told with all that was seen. */
function nothingHappens(context: PhaseContext, status: StatusDocument, phase: string): Error {
  const evidence = status.recentEvents
    .filter((event) => event.object.includes(NAME))
    .map(({ object: about, message, at }) => ({ source: 'event', object: about, message, at }));
  const minutes = PATIENCE.provisionStorage.writes / 60_000;
  return stop(context, 'storage-provisioner-failed', {
    component: 'local-path-provisioner',
    object: TESTED,
    reason: `The test pod has been ${phase} for ${minutes} minutes, and no image is being pulled for it.`,
    evidence,
  });
}

function claim(): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: NAME, namespace: NAMESPACES.storage },
    spec: {
      storageClassName: STORAGE.className,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '16Mi' } },
    },
  };
}

function testPod(image: string): KubernetesObject {
  const script =
    'set -eu; echo "$$ $(date)" > /data/proof; sync; cp /data/proof /tmp/proof; cmp /data/proof /tmp/proof';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: NAME,
      namespace: NAMESPACES.storage,
      labels: { 'app.kubernetes.io/managed-by': 'appliance-client' },
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'test',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', script],
          terminationMessagePolicy: 'FallbackToLogsOnError',
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: NAME } }],
    },
  };
}

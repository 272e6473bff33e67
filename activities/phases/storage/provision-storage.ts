import { z } from 'zod';
import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS, STORAGE } from '../../../model/appliance.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { ofComponents, stopOnBlockers } from '../../appliance-look.ts';
import { applied, openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { rollout } from '../../../kubernetes/readiness.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';
import { awaitNotTerminating } from '../identity/create-namespaces.ts';
import { keepAfterCancelledWipe } from './cancelled-wipe.ts';
import { credentialsLost } from './credentials-lost.ts';
import { cleanUpSmokeTest, smokeTestStorage } from './smoke-test.ts';
import { RECHECKS, advise, kubectl } from '../../../model/advice.ts';

/** On the storage class: the storage was proven by use, and need not be again. */
const PROVEN = 'appliance.alga-psa/smoke-tested-at';
const PROVISIONER = ref.deployment(NAMESPACES.storage, 'local-path-provisioner');

/** Installs the storage provisioner and proves by use that a pod gets a volume that it can write to. */
export async function provisionStorage(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, ports, signal } = context;
  const cluster = await openCluster(context);
  if (spec.mode === 'recover') await keepAfterCancelledWipe(context, cluster);
  if (spec.mode === 'recover' && (await credentialsLost(cluster, signal))) {
    throw stop(context, 'credentials-lost', {
      component: 'db',
      tier: 'core',
      object: `Secret ${NAMESPACES.workloads}/${OBJECTS.databaseSecret}`,
    });
  }
  await awaitNotTerminating(context, cluster, NAMESPACES.storage);
  await refuseOtherClass(context, cluster);
  let changed = false;
  for (const object of await ports.manifests.storage(spec.release)) {
    changed = (await applied(cluster, object, signal)) || changed;
  }
  await awaitProvisioner(context, cluster);
  const proven = await prove(context, cluster);
  return { did: changed || proven ? 'acted' : 'nothing-to-do', detail: 'Volumes can be created, written and read' };
}

const storageClass = z.object({
  provisioner: z.string(),
  reclaimPolicy: z.string().default('Delete'),
  volumeBindingMode: z.string().default('Immediate'),
});

/** A class cannot be changed. One that deletes the data with its claim, or is another provisioner's, is not taken over. */
async function refuseOtherClass(context: PhaseContext, cluster: Cluster): Promise<void> {
  const found = await cluster.get(ref.storageClass(STORAGE.className), context.signal);
  if (!found) return;
  const { provisioner, reclaimPolicy, volumeBindingMode } = storageClass.parse(found);
  if (
    provisioner === STORAGE.provisioner &&
    reclaimPolicy === 'Retain' &&
    volumeBindingMode === 'WaitForFirstConsumer'
  ) {
    return;
  }
  throw stop(context, 'storage-provisioner-failed', {
    component: 'local-path-provisioner',
    object: `StorageClass ${STORAGE.className}`,
    reason: `The cluster has another storage class ${STORAGE.className} (${provisioner}, ${reclaimPolicy}, ${volumeBindingMode}), and a storage class cannot be changed.`,
    advice: advise`If nothing else needs it: ${kubectl('delete', 'storageclass', STORAGE.className)} (volumes stay). ${RECHECKS}`,
  });
}

async function awaitProvisioner(context: PhaseContext, cluster: Cluster): Promise<void> {
  const check = stopOnBlockers(context, cluster, ofComponents('local-path-provisioner'));
  await waitFor(context, {
    what: 'the storage provisioner to be available',
    look: async () => {
      const found = await cluster.get(PROVISIONER, context.signal);
      const state = found ? rollout(found) : { done: false, saw: 'it does not exist yet' };
      if (state.done) return { done: true };
      return { saw: state.saw, activeOperations: await check() };
    },
  });
}

async function prove(context: PhaseContext, cluster: Cluster): Promise<boolean> {
  const at = ref.storageClass(STORAGE.className);
  const isProven = (await cluster.get(at, context.signal))?.metadata.annotations?.[PROVEN] !== undefined;
  if (!isProven) {
    await smokeTestStorage(context, cluster);
    const annotations = { [PROVEN]: context.ports.clock.now().toISOString() };
    await cluster.patch(at, { metadata: { annotations } }, context.signal);
    // A test that failed is over. What it leaves is waited for with a patience of its own.
    await context.clear();
  }
  return (await cleanUpSmokeTest(context, cluster)) || !isProven;
}

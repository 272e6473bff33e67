import { NAMESPACES, OBJECTS, STORAGE } from '../../../model/appliance.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { startControllers } from './hold-flux.ts';
import { begunPlans, readMarker } from './wipe-marker.ts';
import { areThere } from './wipe-plan.ts';
import { advise, anew } from '../../../model/advice.ts';

/**
 * For an install that keeps the data of an appliance whose wipe was cancelled: Flux's controllers run again. That is
 * possible while the database's claim is the one from before. Once it was deleted the application would start empty,
 * which nobody who asks to keep data expects: then this throws Blocked, and changes nothing.
 */
export async function keepAfterCancelledWipe(context: PhaseContext, cluster: Cluster): Promise<void> {
  const { signal } = context;
  const wipe = await readMarker(cluster, signal);
  if (wipe === null || wipe.is.state === 'finished') return;
  for (const { claims } of begunPlans(wipe)) {
    const database = claims.filter(({ name }) => name === OBJECTS.postgresClaim);
    if (await areThere(cluster, database, signal)) continue;
    throw stop(context, 'input-invalid', {
      component: 'db',
      tier: 'core',
      object: `PersistentVolumeClaim ${NAMESPACES.workloads}/${OBJECTS.postgresClaim}`,
      reason:
        'A wipe of this appliance was cancelled after it had started to delete the data: the claim of the database no longer exists, and ' +
        'an install that keeps the data would start an empty application.',
      advice: advise`To start from scratch: ${anew('--fresh')}. To save remaining data, check below ${STORAGE.path} on the node first.`,
    });
  }
  await startControllers(cluster, signal);
}

import { NAMESPACES, OBJECTS, STORAGE } from '../../../model/appliance.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { stop } from '../../stop.ts';
import { startControllers } from './hold-flux.ts';
import { begunPlans, readMarker } from './wipe-marker.ts';
import { areThere } from './wipe-plan.ts';

/**
 * Takes up an appliance whose wipe was cancelled, for an install that keeps its data: Flux's controllers run again. That is
 * possible as long as the database's claim is the one from before. Once it is gone the application would come up empty, which
 * nobody who asks to keep data expects: then this throws Blocked, and changes nothing.
 */
export async function keepAfterCancelledWipe(context: PhaseContext, cluster: Cluster): Promise<void> {
  const { signal, spec } = context;
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
        "A wipe of this appliance was cancelled after it had begun to delete the data: the database's claim is gone, and " +
        'keeping the data would bring up an empty application.',
      nextAction:
        `To begin anew: \`appliance-client cancel --site ${spec.siteId}\`, then \`appliance-client start --fresh --site ` +
        `${spec.siteId}\`. To save what may be left: look below ${STORAGE.path} on the node first.`,
    });
  }
  await startControllers(cluster, signal);
}

import { KINDS, refOf } from '../../../kubernetes/addresses.ts';
import { dataIdOf, installOfClaim } from '../../../kubernetes/data-id.ts';
import { INSTALL_ANNOTATION, NAMESPACES } from '../../../model/appliance.ts';
import type { InstallFacts } from '../../../model/progress.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { findApplicationData } from './wipe-plan.ts';

/**
 * Notes at the application's claims which install made their data, where nothing is noted: who destroys it later names that install.
 * Data that was kept stays that of the install that made it. Gives the id of the data as a fact.
 */
export async function noteOwnData(
  { facts, signal }: Pick<PhaseContext, 'facts' | 'signal'>,
  cluster: Cluster,
): Promise<Pick<InstallFacts, 'dataId'>> {
  const claims = await cluster.list(KINDS.claim, { namespace: NAMESPACES.workloads }, signal);
  const noted = [...new Set(claims.flatMap((claim) => installOfClaim(claim) ?? []))];
  const installId = noted.length === 0 ? facts.installId : noted.length === 1 ? noted[0] : undefined;
  if (installId !== undefined)
    for (const claim of claims)
      if (installOfClaim(claim) === null)
        await cluster.patch(refOf(claim), { metadata: { annotations: { [INSTALL_ANNOTATION]: installId } } }, signal);
  const data = await findApplicationData(cluster, signal);
  const dataId = dataIdOf(data.claims, data.volumes);
  return dataId === null ? {} : { dataId };
}

import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { awaitTier } from '../../tier-wait.ts';
import { forgetInitialTenant } from '../identity/initial-tenant.ts';
import { forgetLicenceFile } from '../identity/licence-seed.ts';
import { noteOwnData } from '../storage/own-data.ts';
import { renewFailedSetup } from './renew-failed-setup.ts';

/**
 * Waits for the database setup: databases and roles, migrations, first tenant, seeds. A Job that has failed is created again on a
 * person's retry. Once the tenant stands, neither its administrator's password nor the licence's file is kept.
 */
export async function awaitBootstrap(context: PhaseContext): Promise<PhaseOutcome> {
  await renewFailedSetup(context);
  const { status } = await awaitTier(context, { tier: 'bootstrap', what: 'the database to be set up' });
  const { usersCount } = status.bootstrap.seed;
  const cluster = await openCluster(context);
  await forgetInitialTenant(context, cluster);
  await forgetLicenceFile(context);
  const data = await noteOwnData(context, cluster);
  return {
    did: 'acted',
    detail: usersCount === null ? 'The database is set up' : `The database is set up, with ${usersCount} users`,
    facts: { ...data, ...(usersCount !== null && { usersCount }) },
  };
}

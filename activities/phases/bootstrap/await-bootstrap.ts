import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { awaitTier } from '../../tier-wait.ts';
import { forgetInitialTenant } from '../identity/initial-tenant.ts';
import { forgetLicenceFile } from '../identity/licence-seed.ts';
import { renewFailedSetup } from './renew-failed-setup.ts';

/**
 * Waits for the database setup: databases and roles, migrations, first tenant, seeds. A Job that has failed is made anew on a
 * person's retry. Once the tenant stands, neither its administrator's password nor the licence's file is kept.
 */
export async function awaitBootstrap(context: PhaseContext): Promise<PhaseOutcome> {
  await renewFailedSetup(context);
  const { status } = await awaitTier(context, { tier: 'bootstrap', what: 'the database to be set up' });
  const { usersCount } = status.bootstrap.seed;
  await forgetInitialTenant(context, await openCluster(context));
  await forgetLicenceFile(context);
  return {
    did: 'acted',
    detail: usersCount === null ? 'The database is set up' : `The database is set up, with ${usersCount} users`,
    ...(usersCount !== null && { facts: { usersCount } }),
  };
}

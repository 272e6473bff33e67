import type { PhaseOutcome } from '../../model/workflow-contract.ts';
import type { PhaseContext } from '../phase-context.ts';
import { awaitTier } from '../tier-wait.ts';

/** Waits for the database, Redis and PgBouncer. */
export async function awaitCore(context: PhaseContext): Promise<PhaseOutcome> {
  await awaitTier(context, { tier: 'core', what: 'the database, Redis and PgBouncer to be ready' });
  return { did: 'acted', detail: 'The database, Redis and PgBouncer are ready' };
}

import { expect, vi } from 'vitest';
import type { Postgres } from './postgres.ts';

/**
 * Waits until a job's program is inside the long statement that the stand-in was asked for.
 * @param after create-tenant and the seeds sleep after the copy is taken, the migrations before
 */
export function insideSleep(postgres: Postgres, after?: 'copy'): Promise<void> {
  const copied = "exists (select 1 from pg_database where datname like '%\\_before\\_seeds')";
  const query = `select 1 from pg_stat_activity where query like '%pg_sleep%' and application_name = 'alga-bootstrap-step'
    and state = 'active' and ${after === 'copy' ? '' : 'not'} ${copied}`;
  const sleeping = async () => {
    expect(await postgres.query('postgres', query)).toHaveLength(1);
  };
  return vi.waitFor(sleeping, { timeout: 30_000, interval: 50 });
}

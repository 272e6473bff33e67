// The licence row of an appliance. Without one the application's licensing does nothing and reports nothing.
import { exists } from './record.mjs';

const INSERT = `insert into public.license_state (edition_choice, trial_started_at, license_token, updated_at)
  select $1::text, case when $1::text = 'ee' and $2::text is null then now() end, $2::text, now()
  where not exists (select 1 from public.license_state)`;

/** Writes the row where the table is there and has none. What stands there is never changed: it is what was bought. */
export async function ensureLicenceRow(client, { licence }, log) {
  if (!licence || !(await exists(client, 'public.license_state'))) return;
  const { rowCount } = await client.query(INSERT, [licence.edition, licence.token]);
  if (rowCount > 0)
    log.info(`wrote the licence row (edition ${licence.edition}, ${licence.token ? 'with' : 'without'} a token)`);
}

import { CARRIED_STATE } from './carried-state.ts';
import type { DocumentForm } from './documents.ts';
import { INSTALL_PROGRESS } from './progress.ts';
import { HANDOVER, SERVER, SIMULATED_WORLD, SIMULATION, WORKER } from './records.ts';
import { INSTALL_REPORT } from './report.ts';
import { INSTALL_SPEC, SITE_RECORD } from './site.ts';
import { SNAPSHOT } from './snapshot.ts';

/**
 * Every document that this product keeps, on a disk or in Temporal, and reads again: whoever adds one adds it here and in the
 * table of docs/contract.md, "Documents that are kept". Where it lies is said by its key.
 */
export const STORED = {
  'site.json': SITE_RECORD,
  'inputs/<digest>.json': INSTALL_SPEC,
  'handover.json': HANDOVER,
  'install-report.json': INSTALL_REPORT,
  'simulation.json': SIMULATION,
  '.world/<scenario>.json': SIMULATED_WORLD,
  '.temporal/worker.json': WORKER,
  '.temporal/server.json': SERVER,
  'snapshot.json': SNAPSHOT,
  'memo `progress`': INSTALL_PROGRESS,
  'input `state`': CARRIED_STATE,
} as const satisfies Readonly<Record<string, DocumentForm>>;

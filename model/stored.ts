import { BUNDLE_INDEX } from './bundle.ts';
import { CARRIED_INSTALL } from './carried-install.ts';
import { CARRIED_STATE } from './carried-state.ts';
import type { DocumentForm } from './documents.ts';
import { HOLDER } from './holder.ts';
import { INSTALL_PROGRESS } from './progress.ts';
import {
  CONSENT,
  HANDOVER,
  LEGACY_WORKFLOWS,
  OPERATOR,
  PAYLOAD_KEYS,
  SERVER,
  SIMULATED_WORLD,
  SIMULATION,
  SUPERVISOR,
  WORKER,
} from './records.ts';
import { REPAIR_LOG } from './repair.ts';
import { INSTALL_REPORT } from './report.ts';
import { INSTALL_SPEC, SITE_RECORD } from './site.ts';
import { SNAPSHOT } from './snapshot.ts';

/**
 * Every document that this product stores, on a disk or in Temporal, and reads again: a new one is added here and to the table of
 * docs/contract.md, "Documents that are kept". The key says where it is stored.
 */
export const STORED = {
  'site.json': SITE_RECORD,
  'inputs/<digest>.json': INSTALL_SPEC,
  'consent.json': CONSENT,
  'handover.json': HANDOVER,
  'install-report.json': INSTALL_REPORT,
  'holder.json': HOLDER,
  'install.json': CARRIED_INSTALL,
  'simulation.json': SIMULATION,
  '.world/<scenario>.json': SIMULATED_WORLD,
  '.temporal/worker.json': WORKER,
  '.temporal/server.json': SERVER,
  'operator.json': OPERATOR,
  '.temporal/supervisor.json': SUPERVISOR,
  'payload-keys.json': PAYLOAD_KEYS,
  '.temporal/legacy-workflows.json': LEGACY_WORKFLOWS,
  'ConfigMap `appliance-repairs`': REPAIR_LOG,
  'snapshot.json': SNAPSHOT,
  'index.json': BUNDLE_INDEX,
  'memo `progress`': INSTALL_PROGRESS,
  'input `state`': CARRIED_STATE,
} as const satisfies Readonly<Record<string, DocumentForm>>;

import { SCENARIO_NAMES } from '../../model/scenarios.ts';
import type { ScenarioName } from '../../model/scenarios.ts';
import type { Scenario } from '../scenario.ts';
import { allWell } from './all-well.ts';
import { dnsRefused } from './dns-refused.ts';
import { nodeAlreadyInstalled } from './node-already-installed.ts';
import { postgresSubpath } from './postgres-subpath.ts';
import { setupFailsOnce } from './setup-fails-once.ts';
import { slowCorePull } from './slow-core-pull.ts';
import { workerImageMissing } from './worker-image-missing.ts';

const BY_NAME: Record<ScenarioName, Scenario> = {
  'all-well': allWell,
  'worker-image-missing': workerImageMissing,
  'dns-refused': dnsRefused,
  'postgres-subpath': postgresSubpath,
  'slow-core-pull': slowCorePull,
  'setup-fails-once': setupFailsOnce,
  'node-already-installed': nodeAlreadyInstalled,
};

/** Every scenario: its name, its title and what it shows. */
export const SCENARIOS: readonly Scenario[] = SCENARIO_NAMES.map((name) => BY_NAME[name]);

export function findScenario(name: string): Scenario | null {
  return SCENARIOS.find((scenario) => scenario.name === name) ?? null;
}

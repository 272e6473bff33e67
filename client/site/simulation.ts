import { SIMULATION } from '../../model/records.ts';
import { readState, writeStored } from '../../site-folder/documents.ts';
import { SCENARIO_NAMES } from '../../model/scenarios.ts';
import { usageError } from '../terminal/failure.ts';
import type { Flag } from '../terminal/flags.ts';
import { textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';
import type { Site } from './site.ts';
import type { Simulate } from '../../worker/index.ts';

/** Flags that simulate an install. */
export const SCENARIO = {
  flags: '--simulate [scenario]',
  help: 'play an install on a simulated appliance; nothing real is touched',
  choices: SCENARIO_NAMES,
} as const satisfies Flag;
export const SIMULATE = [
  SCENARIO,
  { flags: '--speed <factor>', help: 'how much faster than real time the simulation runs' },
] as const satisfies readonly Flag[];

const FILE = 'simulation.json';
const DEFAULT_SCENARIO = 'all-well';

/** What the worker simulates, from `--simulate [scenario]` and `--speed N`; null for a real install. */
export function simulationOf(options: Options): Simulate {
  const asked = options['simulate'];
  const speed = textOption(options, 'speed');
  if (asked === undefined || asked === false) {
    if (speed !== undefined) throw usageError('--speed belongs to --simulate: a real appliance has its own pace');
    return null;
  }
  const factor = speed === undefined ? null : Number(speed);
  if (factor !== null && !(factor > 0)) throw usageError(`--speed "${speed}": expected a number above 0`);
  return { scenario: typeof asked === 'string' ? asked : DEFAULT_SCENARIO, speed: factor };
}

/** Records what a site simulates, so that `resume` continues the same scenario. */
export async function recordSimulation(site: Site, simulate: Simulate): Promise<void> {
  if (simulate) await writeStored(site.folder, FILE, SIMULATION, simulate);
}

/** What a site simulates; null for a real one. */
export async function recordedSimulation(site: Site): Promise<Simulate> {
  if (!site.simulated) return null;
  return (await readState(site.folder, FILE, SIMULATION)) ?? { scenario: DEFAULT_SCENARIO, speed: null };
}

/** A simulated site never reaches a Temporal cluster that real installs may use: it has the local server of its own folder. */
export function environmentFor(site: Site, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!site.simulated) return environment;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

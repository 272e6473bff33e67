import { findScenario } from '../../simulation/index.ts';
import { openWorld } from '../../simulation/world/index.ts';
import type { World } from '../../simulation/world/index.ts';
import type { Controller } from '../../simulation/world/stage.ts';

/** A simulated world in real time and in memory alone, in which nothing goes wrong by itself. */
export function worldInMemory(controller: Controller): World {
  const scenario = findScenario('all-well');
  if (!scenario) throw new Error('the simulation has no scenario all-well');
  return openWorld({ scenario, speed: 1, stateFile: null, controller });
}

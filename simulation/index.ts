import { join } from 'node:path';
import type { Ports } from '../activities/ports/index.ts';
import { siteFolder } from '../site-folder/index.ts';
import type { Operator } from '../site-folder/operator.ts';
import { lookAfter } from './cluster/controllers.ts';
import { clockPort } from './ports/clock.ts';
import { gitPort } from './ports/git.ts';
import { httpPort } from './ports/http.ts';
import { kubernetesPort } from './ports/kubernetes.ts';
import { machinePort } from './ports/machine.ts';
import { manifestsPort } from './ports/manifests.ts';
import { registryPort } from './ports/registry.ts';
import { talosPort } from './ports/talos.ts';
import { SCENARIOS, findScenario } from './scenarios/index.ts';
import { openWorld } from './world/index.ts';
import type { World } from './world/index.ts';

export { SCENARIOS, findScenario } from './scenarios/index.ts';
export type { ScenarioName } from '../model/scenarios.ts';
export type { Scenario } from './scenario.ts';

/** Half a minute of the appliance in one second: a whole install takes about 40 seconds. */
export const DEFAULT_SPEED = 30;

export interface SimulationOptions {
  /** Name of a scenario; one of SCENARIOS. */
  readonly scenario: string;
  /** How much faster than real time the simulated world goes; null for DEFAULT_SPEED. */
  readonly speed?: number | null;
  /** The folder of all sites. */
  readonly home: string;
  /** Where the world is kept, so that it outlives its process; by default a file in `home`. */
  readonly stateFile?: string;
  /** Who uses the machine that plays; by default one and the same whoever plays. */
  readonly operator?: Operator;
}

const OPERATOR: Operator = { operatorId: '00000000-0000-4000-8000-000000000000', name: 'somebody@this-machine' };

/**
 * Gives an outside world that consists of one simulated node. What happens in it is kept in the state file: another process
 * that opens it with the same scenario finds it where it would be by now. Throws for a scenario that does not exist.
 */
export function simulationPorts(options: SimulationOptions): Ports {
  const scenario = findScenario(options.scenario);
  if (!scenario) {
    const names = SCENARIOS.map(({ name }) => name).join(', ');
    throw new Error(`unknown scenario "${options.scenario}". Available: ${names}`);
  }
  const speed = options.speed ?? DEFAULT_SPEED;
  if (!Number.isFinite(speed) || speed <= 0) throw new Error(`the speed ${speed} is not a number above 0`);
  const stateFile = options.stateFile ?? join(options.home, '.world', `${scenario.name}.json`);
  return portsTo(openWorld({ scenario, speed, stateFile, controller: lookAfter }), options);
}

/** Gives one operator's ports to a world, which may be others' as well. */
export function portsTo(
  world: World,
  { home, operator = OPERATOR }: Pick<SimulationOptions, 'home' | 'operator'>,
): Ports {
  return {
    clock: clockPort(world),
    folder: (siteId) => siteFolder(home, siteId),
    git: gitPort(),
    http: httpPort(world),
    kubernetes: kubernetesPort(world),
    machine: machinePort(world),
    manifests: manifestsPort(),
    operator: async () => operator,
    registry: registryPort(world),
    talos: talosPort(world),
  };
}

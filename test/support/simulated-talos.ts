import type { TalosPort } from '../../activities/ports/talos.ts';
import { lookAfter } from '../../simulation/cluster/controllers.ts';
import { talosPort } from '../../simulation/ports/talos.ts';
import { worldInMemory } from './world.ts';

/** The simulated machine as it waits for its configuration. */
export function simulatedTalos(): TalosPort {
  return talosPort(worldInMemory(lookAfter));
}

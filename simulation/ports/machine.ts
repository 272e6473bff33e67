import type { MachinePort } from '../../activities/ports/machine.ts';
import { TALOS } from '../../model/talos.ts';
import type { World } from '../world/index.ts';

const FREE_BYTES = 120_000_000_000;

/** An operator's machine on which everything is there, in the network of the node. */
export function machinePort(world: World): MachinePort {
  return {
    askResolver: async (server, name, signal) => {
      signal.throwIfAborted();
      return world.enter(({ scenario }) =>
        scenario.refusedResolver === server
          ? { answers: false, why: `queryA ECONNREFUSED ${name}` }
          : { answers: true },
      );
    },
    freeDiskBytes: async () => FREE_BYTES,
    programs: async (signal) => {
      signal.throwIfAborted();
      return [
        { id: 'talosctl', path: 'simulated', version: `v${TALOS}`, problem: null },
        { id: 'temporal-local', path: 'simulated', version: '1.29.1', problem: null },
        { id: 'git', path: 'simulated', version: '2.47.0', problem: null },
      ];
    },
  };
}

import type { MachinePort } from '../../activities/ports/machine.ts';

const FREE_BYTES = 120_000_000_000;

/** An operator's machine on which everything is there. */
export function machinePort(): MachinePort {
  return {
    freeDiskBytes: async () => FREE_BYTES,
    programs: async (signal) => {
      signal.throwIfAborted();
      return [
        { id: 'talosctl', path: 'simulated', version: 'v1.12.0', problem: null },
        { id: 'temporal', path: 'simulated', version: '1.5.1', problem: null },
        { id: 'git', path: 'simulated', version: '2.47.0', problem: null },
      ];
    },
  };
}

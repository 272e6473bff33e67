import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { programsFor } from '../../tools/programs.ts';
import { resolve } from '../../tools/resolve.ts';
import type { MachinePort } from '../ports/machine.ts';
import { askResolver } from './resolver.ts';

/** Gives the port to this machine. */
export function machinePort(environment: NodeJS.ProcessEnv): MachinePort {
  return {
    freeDiskBytes: async (path) => {
      const { bavail, bsize } = await statfs(await nearestExisting(path));
      return bavail * bsize;
    },
    askResolver,
    programs: (signal) =>
      Promise.all(
        programsFor(['client']).map(async (program) => {
          try {
            const found = await resolve(program, { env: environment, signal, make: false });
            return { id: program.id, path: found.path, version: found.version ?? null, problem: null };
          } catch (error) {
            signal.throwIfAborted();
            const problem = error instanceof Error ? error.message : String(error);
            return { id: program.id, path: null, version: null, problem };
          }
        }),
      ),
  };
}

async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      await stat(at);
      return at;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT') || dirname(at) === at) throw error;
    }
  }
}

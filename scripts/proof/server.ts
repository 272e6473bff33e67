import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../../system/processes.ts';
import { recordedServer } from '../../temporal/server-state.ts';

/** Kills the Temporal server of a home; gives false where none runs. */
export async function killServer(home: string): Promise<boolean> {
  const server = await recordedServer(home);
  if (!server) return false;
  process.kill(server.pid, 'SIGKILL');
  while (isAlive(server.pid)) await delay(20);
  return true;
}

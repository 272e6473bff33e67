import { Connection } from '@temporalio/client';
import { takeLock } from '../system/lock.ts';
import { stopProcess } from '../system/processes.ts';
import {
  HEALTH_TIMEOUT_MS,
  foundServers,
  forgetServer,
  recordServer,
  recordedServer,
  serverFolder,
} from './server-state.ts';
import type { ServerState } from '../model/records.ts';
import type { LocalServerOptions } from './server-state.ts';

/** Gives the local server when its process runs and answers, else null. Starts nothing. */
export async function runningLocalServer(home: string): Promise<ServerState | null> {
  const state = await recordedServer(home);
  return state && (await answers(state.address)) ? state : null;
}

/**
 * Gives the local server of this folder, started when it does not run: on loopback and a free port, with its database in a
 * file, retention 30 days. Two callers at once get the same one. Throws TemporalUnavailableError when the database was made
 * by another version, or the server does not come up.
 */
export async function ensureLocalServer(options: LocalServerOptions): Promise<ServerState> {
  const running = await runningLocalServer(options.home);
  if (running) return running;
  const release = await takeLock(serverFolder(options.home).path('server.lock'), { signal: options.signal });
  try {
    const other = await runningLocalServer(options.home);
    if (other) return other;
    const found = await takeUpFound(options.home);
    if (found) return found;
    // Most calls find it running: they pay for nothing that obtains and starts programs.
    const { startLocalServer } = await import('./start-local-server.ts');
    return await startLocalServer(options);
  } finally {
    await release();
  }
}

/** Stops the local server. Gives false when none ran. */
export async function stopLocalServer(home: string): Promise<boolean> {
  const recorded = await recordedServer(home);
  const servers = recorded ? [recorded] : await foundServers(home);
  await forgetServer(home);
  for (const { pid } of servers) await stopProcess(pid);
  return servers.length > 0;
}

/**
 * What is written down of a server may be lost or spoiled while it runs: it is looked for by its database, because a second one on the
 * same database would take its installs apart. Gives the one that answers, written down again; ends every other.
 */
async function takeUpFound(home: string): Promise<ServerState | null> {
  if (await recordedServer(home)) return null;
  let taken: ServerState | null = null;
  for (const server of await foundServers(home)) {
    if (!taken && (await answers(server.address))) taken = server;
    else await stopProcess(server.pid);
  }
  if (taken) await recordServer(home, taken);
  return taken;
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: HEALTH_TIMEOUT_MS });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

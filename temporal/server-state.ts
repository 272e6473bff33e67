import { join } from 'node:path';
import { SERVER } from '../model/records.ts';
import type { ServerState } from '../model/records.ts';
import { readState, writeStored } from '../site-folder/documents.ts';
import { privateFolder } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { isOurs, processesWith } from '../system/processes.ts';

const STATE_FILE = 'server.json';
export const DATABASE_FILE = 'temporal.db';
/** The version of the server that made the database stands beside it: another one's schema may not fit. */
export const VERSION_FILE = 'temporal.db.version';
/** The namespace of the local server; a cluster of one's own says its namespace by TEMPORAL_NAMESPACE. */
export const LOCAL_NAMESPACE = 'appliance';
/** A server on this machine that does not answer in this time does not answer. */
export const HEALTH_TIMEOUT_MS = 2_000;

/** What finding or starting a local server needs to know. */
export interface LocalServerOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** Takes the folder of all sites, gives the folder of its local Temporal server. */
export function serverFolder(home: string): PrivateFolder {
  return privateFolder(join(home, '.temporal'));
}

/** Gives the local server that was written down when its process still runs, whether it answers or not; else null. */
export async function recordedServer(home: string): Promise<ServerState | null> {
  const state = await readState(serverFolder(home), STATE_FILE, SERVER);
  return state && (await isOurs(state.pid, serverFolder(home).path(DATABASE_FILE))) ? state : null;
}

/** Gives the servers that run on this folder's database, as their command lines tell of them, whatever is written down. */
export async function foundServers(home: string): Promise<ServerState[]> {
  const folder = serverFolder(home);
  const [processes, version] = await Promise.all([
    processesWith(folder.path(DATABASE_FILE)),
    folder.read(VERSION_FILE),
  ]);
  return processes.flatMap(({ pid, words }) => {
    const port = words[words.indexOf('--port') + 1];
    if (!words.includes('start-dev') || !words.includes('--port') || port === undefined) return [];
    const startedAt = new Date().toISOString();
    return [{ pid, address: `127.0.0.1:${port}`, version: version?.trim() || 'unknown', startedAt }];
  });
}

/** Gives the address at which the local server was last, whether it still runs or not; null when it never ran or was stopped. */
export async function lastAddress(home: string): Promise<string | null> {
  return (await readState(serverFolder(home), STATE_FILE, SERVER))?.address ?? null;
}

export async function recordServer(home: string, state: ServerState): Promise<void> {
  await writeStored(serverFolder(home), STATE_FILE, SERVER, state);
}

export async function forgetServer(home: string): Promise<void> {
  await serverFolder(home).remove(STATE_FILE);
}

import { join } from 'node:path';
import { z } from 'zod';
import { jsonOf } from '../site-folder/json.ts';
import { privateFolder } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { isOurs } from '../system/processes.ts';

const STATE_FILE = 'server.json';
export const DATABASE_FILE = 'temporal.db';
/** The namespace of the local server; a cluster of one's own says its namespace by TEMPORAL_NAMESPACE. */
export const LOCAL_NAMESPACE = 'appliance';
/** A server on this machine that does not answer in this time does not answer. */
export const HEALTH_TIMEOUT_MS = 2_000;

const serverState = z.object({
  pid: z.number().int(),
  address: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
});
export type ServerState = z.infer<typeof serverState>;

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
  const state = await readState(home);
  return state && (await isOurs(state.pid, serverFolder(home).path(DATABASE_FILE))) ? state : null;
}

/** Gives the address at which the local server was last, whether it still runs or not; null when it never ran or was stopped. */
export async function lastAddress(home: string): Promise<string | null> {
  return (await readState(home))?.address ?? null;
}

export async function recordServer(home: string, state: ServerState): Promise<void> {
  await serverFolder(home).write(STATE_FILE, `${JSON.stringify(state, null, 2)}\n`);
}

export async function forgetServer(home: string): Promise<void> {
  await serverFolder(home).remove(STATE_FILE);
}

async function readState(home: string): Promise<ServerState | null> {
  const text = await serverFolder(home).read(STATE_FILE);
  const state = serverState.safeParse(jsonOf(text));
  return state.success ? state.data : null;
}

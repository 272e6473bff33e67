import { dirname, join } from 'node:path';
import { SERVER } from '../model/records.ts';
import type { ServerState } from '../model/records.ts';
import { readState, writeStored } from '../site-folder/documents.ts';
import { privateFolder } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { isOurs, processesWith } from '../system/processes.ts';
import { authorityOf } from './certificates.ts';
import { CONFIG_FILE, readServerConfig } from './server-config.ts';

export const SERVER_FILE = 'server.json';
export const DATABASE_FILE = 'temporal.db';
/**
 * The version of the server that created the database, beside it: the tables of another one may not fit. Clients up to 0.1.0 wrote that of
 * their `temporal`, and do not touch a database of another one.
 */
export const VERSION_FILE = 'temporal.db.version';
/**
 * The folder of the server's configuration, which is on its command line. It starts with the name of the database, by which a client up to
 * 0.1.0 recognises this folder's server: it must not start another one beside it.
 */
export const CONFIG_FOLDER = `${DATABASE_FILE}.server`;
/** The namespace of the local server; for your own cluster it is TEMPORAL_NAMESPACE. */
export const LOCAL_NAMESPACE = 'appliance';
/** A server on this machine that does not answer in this time counts as dead. */
export const HEALTH_TIMEOUT_MS = 2_000;
/** It waits seconds for calls that never come; accepted writes are in its database, and a kill loses none of them. */
export const STOP_PATIENCE_MS = 1_500;

/** What finding or starting a local server needs to know. */
export interface LocalServerOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** The folder of the local Temporal server. Only a command of the operator creates the home that it lies in. */
export function serverFolder(home: string): PrivateFolder {
  return privateFolder(join(home, '.temporal'), { within: home });
}

/** The recorded local server if its process is still running, whether it answers or not; else null. */
export async function recordedServer(home: string): Promise<ServerState | null> {
  const state = await readState(serverFolder(home), SERVER_FILE, SERVER);
  return state && (await isOurs(state.pid, serverFolder(home).path(DATABASE_FILE))) ? state : null;
}

/** The servers that run on this folder's database, by their command lines, independent of the record. */
export async function foundServers(home: string): Promise<ServerState[]> {
  const folder = serverFolder(home);
  const [past, present, version, configured] = await Promise.all([
    processesWith(folder.path(DATABASE_FILE)),
    processesWith(folder.path(CONFIG_FOLDER)),
    folder.read(VERSION_FILE),
    folder.read(join(CONFIG_FOLDER, CONFIG_FILE)),
  ]);
  const common = { version: version?.trim() || 'unknown', startedAt: new Date().toISOString() };
  const config = configured === null ? null : readServerConfig(configured);
  const authority = config && (await authorityOf(dirname(config.serverFile)));
  return [
    ...past.flatMap(({ pid, words }) => {
      const port = words[words.indexOf('--port') + 1];
      if (!words.includes('start-dev') || !words.includes('--port') || port === undefined) return [];
      return [{ ...common, pid, address: `127.0.0.1:${port}` }];
    }),
    ...present.map(({ pid }) => ({
      ...common,
      pid,
      address: config?.address ?? '',
      certificates: { folder: config ? dirname(config.serverFile) : '', authority: authority ?? '' },
    })),
  ];
}

/** True for a server of clients up to 0.1.0: `temporal server start-dev`, which accepts everyone. */
export function isPast(server: ServerState): boolean {
  return server.certificates === undefined;
}

/** The record of the local server, whether it is still running or not; null when it never ran or was stopped. */
export async function lastServer(home: string): Promise<ServerState | null> {
  return readState(serverFolder(home), SERVER_FILE, SERVER);
}

export async function recordServer(home: string, state: ServerState): Promise<void> {
  await writeStored(serverFolder(home), SERVER_FILE, SERVER, state);
}

export async function forgetServer(home: string): Promise<void> {
  await serverFolder(home).remove(SERVER_FILE);
}

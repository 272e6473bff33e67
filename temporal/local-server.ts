import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { takeLock } from '../system/lock.ts';
import { stopProcess } from '../system/processes.ts';
import { areFresh, clientTls, ensureCertificates } from './certificates.ts';
import {
  HEALTH_TIMEOUT_MS,
  LOCAL_NAMESPACE,
  STOP_PATIENCE_MS,
  forgetServer,
  foundServers,
  isPast,
  recordServer,
  recordedServer,
  serverFolder,
} from './server-state.ts';
import type { ServerState } from '../model/records.ts';
import type { LocalServerOptions } from './server-state.ts';

const IDLE_PATIENCE_MS = 1_000;
const IDLE_LOOK_MS = 100;
/** So many counts in a row find nothing: what has just started is counted a moment later. */
const IDLE_COUNTS = 5;

/** The local server if its process is running and answers, also that of an earlier client; else null. Starts nothing. */
export async function runningLocalServer(home: string): Promise<ServerState | null> {
  const state = await recordedServer(home);
  return state && (await answers(state)) ? state : null;
}

/**
 * The local server of this folder, started if it is not running: on loopback and a free port, only for this operator's programs, with its
 * database in a file, retention 30 days. One of an earlier client is stopped, and its database adopted. Two concurrent callers get the same
 * one. Throws TemporalUnavailableError when the database cannot be used, or the server does not come up.
 */
export async function ensureLocalServer(options: LocalServerOptions): Promise<ServerState> {
  const running = await runningLocalServer(options.home);
  if (running && (await isWell(running))) return running;
  const release = await takeLock(serverFolder(options.home).path('server.lock'), { signal: options.signal });
  try {
    const recorded = await recordedServer(options.home);
    if (recorded && (await isRenewed(recorded)) && (await answers(recorded))) return recorded;
    const found = await takeUpFound(options.home);
    if (found) return found;
    // Most calls find it running: they do not load what downloads and starts programs.
    const { startLocalServer } = await import('./start-local-server.ts');
    return await startLocalServer(options);
  } finally {
    await release();
  }
}

/** True for a server that accepts only this operator's programs, with certificates that are far from expiring. */
async function isWell({ certificates }: ServerState): Promise<boolean> {
  return certificates !== undefined && (await areFresh(certificates.folder, new Date()));
}

/** Renews what is missing or about to expire. False if that needs another authority: then the server must be restarted. */
async function isRenewed({ certificates }: ServerState): Promise<boolean> {
  if (!certificates) return false;
  return (await ensureCertificates(certificates.folder, new Date())).authority === certificates.authority;
}

/** Stops the local server. False when none was running. */
export async function stopLocalServer(home: string): Promise<boolean> {
  const recorded = await recordedServer(home);
  const servers = recorded ? [recorded] : await foundServers(home);
  await forgetServer(home);
  for (const { pid } of servers) await stopProcess(pid, STOP_PATIENCE_MS);
  return servers.length > 0;
}

/**
 * Stops the local server if nothing runs on it, and says whether it did. What has just ended is still counted for a moment, so this waits
 * for it; a server that does not answer is left to the next caller.
 */
export async function stopIdleServer(home: string): Promise<boolean> {
  const release = await takeLock(serverFolder(home).path('server.lock'));
  try {
    const server = await recordedServer(home);
    return server !== null && (await isIdle(server)) && (await stopLocalServer(home));
  } finally {
    await release();
  }
}

async function isIdle({ address, certificates }: ServerState): Promise<boolean> {
  const tls = certificates && (await clientTls(certificates.folder, new Date()));
  if (!tls) return false;
  const until = Date.now() + IDLE_PATIENCE_MS;
  const connection = await Connection.connect({ address, tls, connectTimeout: HEALTH_TIMEOUT_MS }).catch(() => null);
  if (!connection) return false;
  const { workflowService } = connection;
  const request = { namespace: LOCAL_NAMESPACE, query: 'ExecutionStatus = "Running"' };
  let counts = 0;
  try {
    for (;;) {
      const { count } = await connection.withDeadline(Date.now() + HEALTH_TIMEOUT_MS, () =>
        workflowService.countWorkflowExecutions(request),
      );
      counts = Number(count) === 0 ? counts + 1 : 0;
      if (counts === IDLE_COUNTS) return true;
      if (counts === 0 && Date.now() >= until) return false;
      await sleep(IDLE_LOOK_MS);
    }
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/**
 * The record of a running server may be lost or damaged: then it is found by its database, because a second one on the same database would
 * damage its installs. Gives the one that answers, recorded again; stops every other.
 */
async function takeUpFound(home: string): Promise<ServerState | null> {
  if (await recordedServer(home)) return null;
  let taken: ServerState | null = null;
  for (const server of await foundServers(home)) {
    if (!taken && !isPast(server) && (await answers(server))) taken = server;
    else await stopProcess(server.pid, STOP_PATIENCE_MS);
  }
  if (taken) await recordServer(home, taken);
  return taken;
}

async function answers({ address, certificates }: ServerState): Promise<boolean> {
  const tls = certificates ? await clientTls(certificates.folder, new Date()) : false;
  if (tls === null) return false;
  try {
    const connection = await Connection.connect({ address, tls, connectTimeout: HEALTH_TIMEOUT_MS });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

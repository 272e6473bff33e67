import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import type { TLSConfig } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { openLog, readEnd } from '../system/read-file.ts';
import type { ServerState } from '../model/records.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { freePort, stopProcess } from '../system/processes.ts';
import { resolveProgram } from '../tools/resolve.ts';
import { certificatesFolder, clientTls, ensureCertificates } from './certificates.ts';
import type { LocalCertificates } from './certificates.ts';
import { markDatabase, prepareDatabase } from './database.ts';
import { TemporalUnavailableError } from './errors.ts';
import { CONFIG_ENV, CONFIG_FILE, DYNAMIC_FILE, PORTS, dynamicConfig, serverConfig } from './server-config.ts';
import {
  CONFIG_FOLDER,
  DATABASE_FILE,
  HEALTH_TIMEOUT_MS,
  LOCAL_NAMESPACE,
  STOP_PATIENCE_MS,
  foundServers,
  lastServer,
  recordServer,
  serverFolder,
} from './server-state.ts';
import type { LocalServerOptions } from './server-state.ts';

/** What a server that fails to start has written is far shorter. */
const MOST_LOG_BYTES = 1024 * 1024;
const RETENTION = '30 days';
const START_TIMEOUT_MS = 30_000;
/** Between the choice of a port and the start another program may use it. */
const PORT_ATTEMPTS = 3;
const LOOK_EVERY_MS = 25;
/** gRPC's code for a namespace that already exists. */
const ALREADY_EXISTS = 6;

const LOG_FILE = 'server.log';

/** Starts the server; resolves once its namespace answers. Throws TemporalUnavailableError. */
export async function startLocalServer(options: LocalServerOptions): Promise<ServerState> {
  const { home, environment: env, signal, onProgress } = options;
  const folder = serverFolder(home);
  const program = await resolveProgram('temporal-local', { env, signal, onProgress });
  // As it is recorded beside the database, for people and for clients up to 0.1.0: no `temporal` of theirs has such a version.
  const version = `server ${program.version ?? 'unknown'}`;
  const last = await lastServer(home);
  // One that is running without answering, or accepts everyone, would keep the database locked.
  for (const { pid } of await foundServers(home)) await stopProcess(pid, STOP_PATIENCE_MS);
  await folder.make();
  const isThere = await prepareDatabase(folder, { version, now: new Date(), onProgress });
  const certificates = await ownCertificates(home, env);
  // At its last address, if possible: a worker that outlived it waits for it there. One that trusts another authority must not.
  const wanted = last?.certificates?.authority === certificates.authority ? portIn(last.address) : 0;
  await folder.write(join(CONFIG_FOLDER, DYNAMIC_FILE), dynamicConfig());
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryStart({ options, folder, program: program.path, certificates, wanted, version });
    if ('state' in started) {
      if (!isThere) await markDatabase(folder, version);
      await folder.protect(DATABASE_FILE);
      return started.state;
    }
    if (started.portTaken && attempt < PORT_ATTEMPTS) continue;
    throw new TemporalUnavailableError(
      `the local Temporal server did not start: ${started.problem}. Its log: ${folder.path(LOG_FILE)}`,
    );
  }
}

/** The certificates are not in the sites' folder, so advice about that folder does not help if they cannot be written. */
async function ownCertificates(home: string, environment: NodeJS.ProcessEnv): Promise<LocalCertificates> {
  const path = await certificatesFolder(home, environment);
  try {
    return await ensureCertificates(path, new Date());
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error.code === 'ENOSPC') throw error;
    throw new TemporalUnavailableError(
      `the certificates of the local Temporal server cannot be written to ${path} (${error.message}). ` +
        'Make that folder writable, or choose another one with XDG_STATE_HOME.',
    );
  }
}

interface Try {
  readonly options: LocalServerOptions;
  readonly folder: PrivateFolder;
  readonly program: string;
  readonly certificates: LocalCertificates;
  readonly wanted: number;
  readonly version: string;
}

type Tried = { readonly state: ServerState } | { readonly problem: string; readonly portTaken: boolean };

async function tryStart({ options, folder, program, certificates, wanted, version }: Try): Promise<Tried> {
  const port = await freePort(wanted);
  const address = `127.0.0.1:${port}`;
  const config = serverConfig({
    port,
    innerPorts: await freePorts(PORTS - 1, port),
    databaseFile: folder.path(DATABASE_FILE),
    dynamicFile: folder.path(join(CONFIG_FOLDER, DYNAMIC_FILE)),
    certificates,
  });
  await folder.write(join(CONFIG_FOLDER, CONFIG_FILE), config);
  const log = await openLog(folder.path(LOG_FILE));
  const logged = (await log.stat()).size;
  options.onProgress(`starting the local Temporal ${version} on ${address}`);
  const child = spawn(
    program,
    ['--root', '/', '--config', folder.path(CONFIG_FOLDER), '--env', CONFIG_ENV, '--allow-no-auth', 'start'],
    {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: options.environment['PATH'], HOME: options.environment['HOME'] },
    },
  );
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  child.unref();
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new TemporalUnavailableError(`cannot run ${program}: ${await failed}`);
  const over = new AbortController();
  try {
    const signal = AbortSignal.any([options.signal, over.signal]);
    const problem = await Promise.race([failed, untilHealthy(address, certificates, signal)]);
    if (problem === null) {
      const { folder: at, authority } = certificates;
      const state = {
        pid,
        address,
        version,
        startedAt: new Date().toISOString(),
        certificates: { folder: at, authority },
      };
      await recordServer(options.home, state);
      return { state };
    }
    await stopProcess(pid, STOP_PATIENCE_MS);
    return { problem, portTaken: (await textFrom(folder.path(LOG_FILE), logged)).includes('address already in use') };
  } catch (error) {
    await stopProcess(pid, STOP_PATIENCE_MS);
    throw error;
  } finally {
    over.abort();
  }
}

function portIn(address: string | undefined): number {
  return Number(address?.split(':').at(-1) ?? 0);
}

/** That many free ports of loopback, all different, and none of them `other`. */
async function freePorts(count: number, other: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports = new Set<number>();
  try {
    while (ports.size < count) {
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      const address = server.address();
      if (address !== null && typeof address === 'object' && address.port !== other) ports.add(address.port);
    }
    return [...ports];
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

async function textFrom(file: string, start: number): Promise<string> {
  const { text, before } = await readEnd(file, MOST_LOG_BYTES);
  return before >= start
    ? text
    : Buffer.from(text)
        .subarray(start - before)
        .toString('utf8');
}

/** Null once the namespace answers with our retention, else why it does not. */
async function untilHealthy(
  address: string,
  certificates: LocalCertificates,
  signal: AbortSignal,
): Promise<string | null> {
  const until = Date.now() + START_TIMEOUT_MS;
  const tls = await clientTls(certificates.folder, new Date());
  if (!tls) return `${certificates.clientFile} cannot be read`;
  let last = 'it does not answer';
  while (Date.now() < until) {
    signal.throwIfAborted();
    try {
      // A channel that was refused once waits a second before it retries.
      if (await listens(address)) {
        await setNamespace(address, tls);
        return null;
      }
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  return `${last} after ${START_TIMEOUT_MS / 1000} s`;
}

function listens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(portIn(address), '127.0.0.1');
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(HEALTH_TIMEOUT_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

async function setNamespace(address: string, tls: TLSConfig): Promise<void> {
  const connection = await Connection.connect({ address, tls, connectTimeout: HEALTH_TIMEOUT_MS });
  const { workflowService } = connection;
  const namespace = LOCAL_NAMESPACE;
  const retention = msToTs(RETENTION);
  try {
    await connection.withDeadline(Date.now() + HEALTH_TIMEOUT_MS, async () => {
      // In this order: the server caches for a while that a requested namespace does not exist.
      const isNew = await workflowService
        .registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention })
        .then(
          () => true,
          (error: unknown) => {
            if (isGrpcServiceError(error) && [ALREADY_EXISTS].includes(error.code)) return false;
            throw error;
          },
        );
      if (isNew) return;
      await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: retention } });
    });
  } finally {
    await connection.close();
  }
}

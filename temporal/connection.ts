import { Client, Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { ServerState } from '../model/records.ts';
import { operatorTaskQueue } from '../model/workflow-contract.ts';
import { privateFolder } from '../site-folder/index.ts';
import { currentOperator } from '../site-folder/operator.ts';
import { clientTls, clientVariables } from './certificates.ts';
import { dataConverter } from './data-converter.ts';
import { TemporalUnavailableError } from './errors.ts';
import { meetServer } from './legacy-workflows.ts';
import { ensureLocalServer, runningLocalServer } from './local-server.ts';
import { retriedCalls } from './retries.ts';
import type { RetriedCalls } from './retries.ts';
import { HEALTH_TIMEOUT_MS, LOCAL_NAMESPACE, recordedServer } from './server-state.ts';
import { advise, client as callOf } from '../model/advice.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Where Temporal is and how to connect to it, for client and worker alike. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly local: boolean;
  readonly connection: Pick<NativeConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata'>;
}

export interface OpenOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
  /** `never`: a local server that is not running is not started, and the call throws. */
  readonly start: 'on-demand' | 'never';
}

export interface TemporalAccess extends TemporalTarget {
  readonly client: Client;
  /** True if the local server was not running before: the caller may stop it again when nothing is left on it. */
  readonly serverStartedNow: boolean;
  close(): Promise<void>;
}

/**
 * Finds a Temporal server: the one that TEMPORAL_ADDRESS or TEMPORAL_PROFILE names (with TEMPORAL_NAMESPACE,
 * TEMPORAL_API_KEY, TEMPORAL_TLS_*: any cluster or Temporal Cloud), else the local one of this folder. Throws
 * TemporalUnavailableError, which says what to do.
 */
export async function findTemporal(options: OpenOptions): Promise<TemporalTarget> {
  const { environment } = options;
  if (namesCluster(environment)) {
    const { loadClientConnectConfig } = await import('./environment.ts');
    const { connectionOptions, namespace } = loadClientConnectConfig({
      disableFile: !environment['TEMPORAL_PROFILE'],
      overrideEnvVars: definedOnly(environment),
    });
    const { tls, apiKey, metadata } = connectionOptions;
    const address = connectionOptions.address ?? 'localhost:7233';
    return {
      address,
      namespace: namespace ?? 'default',
      taskQueue: await queueOf(environment),
      local: false,
      connection: {
        address,
        ...(tls !== undefined && { tls }),
        ...(apiKey !== undefined && { apiKey }),
        ...(metadata && { metadata }),
      },
    };
  }
  const server = options.start === 'never' ? await runningLocalServer(options.home) : await ensureLocalServer(options);
  const target = server && (await localTarget(server, environment));
  if (!target)
    throw new TemporalUnavailableError(
      advise`the local Temporal server of this folder is not running. Start it: ${callOf('resume')}`,
    );
  return target;
}

/** The name under which a server is recorded: the local one has another address whenever it starts. */
export function serverName({ local, address, namespace }: TemporalTarget): string {
  return local ? 'local' : `${address}/${namespace}`;
}

/** Null for a server that accepts everyone, and if there are no certificates for it: ensureLocalServer handles both. */
async function localTarget(
  { address, certificates }: ServerState,
  environment: NodeJS.ProcessEnv,
): Promise<TemporalTarget | null> {
  const tls = certificates && (await clientTls(certificates.folder, new Date()));
  if (!tls) return null;
  const taskQueue = await queueOf(environment);
  return { address, namespace: LOCAL_NAMESPACE, taskQueue, local: true, connection: { address, tls } };
}

/** Variables by which other programs open the local server of this folder; none if it needs none, or is not running. */
export async function serverTls(home: string): Promise<Readonly<Record<string, string>>> {
  const certificates = (await recordedServer(home))?.certificates;
  return certificates ? clientVariables(certificates.folder) : {};
}

/** Each operator's own: this machine does not serve what another operator ordered on the same server. */
async function queueOf(environment: NodeJS.ProcessEnv): Promise<string> {
  return environment['TEMPORAL_TASK_QUEUE'] || operatorTaskQueue((await currentOperator(environment)).operatorId);
}

function namesCluster(environment: NodeJS.ProcessEnv): boolean {
  return Boolean(environment['TEMPORAL_ADDRESS'] || environment['TEMPORAL_PROFILE']);
}

/** Finds a Temporal server and connects a client to it, in a home that is created where a server may start. Throws TemporalUnavailableError. */
export async function openTemporal(options: OpenOptions): Promise<TemporalAccess> {
  if (options.start === 'on-demand') await privateFolder(options.home).make();
  const calls = retriedCalls();
  const { target, connection, serverStartedNow } =
    (await openRecorded(options, calls)) ?? (await openFound(options, calls));
  const client = new Client({
    connection,
    namespace: target.namespace,
    dataConverter: dataConverter(options.home, options.environment, 'client'),
  });
  try {
    const server = { workflowService: client.workflowService, namespace: target.namespace, name: serverName(target) };
    await client.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () =>
      meetServer(options.home, options.environment, server),
    );
  } catch (error) {
    await calls.close(connection);
    throw error;
  }
  return { ...target, client, serverStartedNow, close: () => calls.close(connection) };
}

interface Opened {
  readonly target: TemporalTarget;
  readonly connection: Connection;
  readonly serverStartedNow: boolean;
}

/** The usual case in one connection: the local server is running at its recorded address. Null if it does not answer there. */
async function openRecorded(
  { home, environment }: OpenOptions,
  { interceptors }: RetriedCalls,
): Promise<Opened | null> {
  const server = namesCluster(environment) ? null : await recordedServer(home);
  if (!server) return null;
  const target = await localTarget(server, environment);
  if (!target) return null;
  try {
    return {
      target,
      connection: await Connection.connect({ ...target.connection, interceptors, connectTimeout: HEALTH_TIMEOUT_MS }),
      serverStartedNow: false,
    };
  } catch {
    return null; // the full search reports why
  }
}

async function openFound(options: OpenOptions, calls: RetriedCalls): Promise<Opened> {
  const before = await recordedServer(options.home);
  const target = await findTemporal(options);
  const serverStartedNow = target.local && before?.pid !== (await recordedServer(options.home))?.pid;
  return { target, connection: await connect(target, calls), serverStartedNow };
}

async function connect(target: TemporalTarget, { interceptors }: RetriedCalls): Promise<Connection> {
  try {
    return await Connection.connect({ ...target.connection, interceptors, connectTimeout: CONNECT_TIMEOUT_MS });
  } catch (error) {
    throw new TemporalUnavailableError(
      `the Temporal server at ${target.address} does not answer: ${error instanceof Error ? error.message : String(error)}. ` +
        (target.local
          ? 'Its log is in the folder of the local server.'
          : 'Check TEMPORAL_ADDRESS, TEMPORAL_TLS_* and TEMPORAL_API_KEY.'),
    );
  }
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

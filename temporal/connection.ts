import { Client, Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { DEFAULT_TASK_QUEUE } from '../model/workflow-contract.ts';
import { dataConverter } from './data-converter.ts';
import { TemporalUnavailableError } from './errors.ts';
import { ensureLocalServer, runningLocalServer } from './local-server.ts';
import { HEALTH_TIMEOUT_MS, LOCAL_NAMESPACE, recordedServer } from './server-state.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Where Temporal is and how to speak to it, for client and worker alike. */
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
  /** `never`: a local server that does not run is not started, and the call throws. */
  readonly start: 'on-demand' | 'never';
}

export interface TemporalAccess extends TemporalTarget {
  readonly client: Client;
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
      taskQueue: queueOf(environment),
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
  if (!server)
    throw new TemporalUnavailableError(
      'the local Temporal server of this folder is not running: `appliance-client resume` starts it',
    );
  return localTarget(server.address, environment);
}

function localTarget(address: string, environment: NodeJS.ProcessEnv): TemporalTarget {
  return { address, namespace: LOCAL_NAMESPACE, taskQueue: queueOf(environment), local: true, connection: { address } };
}

function queueOf(environment: NodeJS.ProcessEnv): string {
  return environment['TEMPORAL_TASK_QUEUE'] || DEFAULT_TASK_QUEUE;
}

function namesCluster(environment: NodeJS.ProcessEnv): boolean {
  return Boolean(environment['TEMPORAL_ADDRESS'] || environment['TEMPORAL_PROFILE']);
}

/** Finds a Temporal server and connects a client to it. Throws TemporalUnavailableError. */
export async function openTemporal(options: OpenOptions): Promise<TemporalAccess> {
  const { target, connection } = (await openRecorded(options)) ?? (await openFound(options));
  const client = new Client({
    connection,
    namespace: target.namespace,
    dataConverter: await dataConverter(options.home, options.environment),
  });
  return { ...target, client, close: () => connection.close() };
}

interface Opened {
  readonly target: TemporalTarget;
  readonly connection: Connection;
}

/** The usual case in one connection: the local server runs where it was written down. Null where it does not answer there. */
async function openRecorded({ home, environment }: OpenOptions): Promise<Opened | null> {
  const server = namesCluster(environment) ? null : await recordedServer(home);
  if (!server) return null;
  const target = localTarget(server.address, environment);
  try {
    return {
      target,
      connection: await Connection.connect({ ...target.connection, connectTimeout: HEALTH_TIMEOUT_MS }),
    };
  } catch {
    return null; // whoever looks for it anew says why
  }
}

async function openFound(options: OpenOptions): Promise<Opened> {
  const target = await findTemporal(options);
  return { target, connection: await connect(target) };
}

async function connect(target: TemporalTarget): Promise<Connection> {
  try {
    return await Connection.connect({ ...target.connection, connectTimeout: CONNECT_TIMEOUT_MS });
  } catch (error) {
    throw new TemporalUnavailableError(
      `the Temporal server at ${target.address} does not answer: ${error instanceof Error ? error.message : String(error)}. ` +
        (target.local
          ? 'Its log lies in the folder of the local server.'
          : 'Check TEMPORAL_ADDRESS, TEMPORAL_TLS_* and TEMPORAL_API_KEY.'),
    );
  }
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

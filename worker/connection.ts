import { Client, Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DEFAULT_TASK_QUEUE } from '../model/workflow-contract.ts';
import { dataConverter } from './data-converter.ts';
import { TemporalUnavailableError } from './errors.ts';
import { ensureLocalServer, runningLocalServer } from './local-server.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** The namespace of the local server; a cluster of one's own says its namespace by TEMPORAL_NAMESPACE. */
export const LOCAL_NAMESPACE = 'appliance';

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
  const taskQueue = environment['TEMPORAL_TASK_QUEUE'] || DEFAULT_TASK_QUEUE;
  if (environment['TEMPORAL_ADDRESS'] || environment['TEMPORAL_PROFILE']) {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      disableFile: !environment['TEMPORAL_PROFILE'],
      overrideEnvVars: definedOnly(environment),
    });
    const { tls, apiKey, metadata } = connectionOptions;
    const address = connectionOptions.address ?? 'localhost:7233';
    return {
      address,
      namespace: namespace ?? 'default',
      taskQueue,
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
  return {
    address: server.address,
    namespace: LOCAL_NAMESPACE,
    taskQueue,
    local: true,
    connection: { address: server.address },
  };
}

/** Finds a Temporal server and connects a client to it. Throws TemporalUnavailableError. */
export async function openTemporal(options: OpenOptions): Promise<TemporalAccess> {
  const target = await findTemporal(options);
  const connection = await connect(target);
  const client = new Client({
    connection,
    namespace: target.namespace,
    dataConverter: await dataConverter(options.home, options.environment),
  });
  return { ...target, client, close: () => connection.close() };
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

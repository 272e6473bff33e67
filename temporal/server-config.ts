import { z } from 'zod';
import type { LocalCertificates } from './certificates.ts';
import { SERVER_NAME } from './certificates.ts';

/** The server reads `<env>.yaml` in the folder on its command line; JSON is YAML. */
export const CONFIG_ENV = 'local';
export const CONFIG_FILE = `${CONFIG_ENV}.yaml`;
export const DYNAMIC_FILE = 'dynamic.yaml';

const LOOPBACK = '127.0.0.1';
/** The progress document in the memo is a few kilobytes; the server's own warning starts at two. */
const MEMO_WARN_BYTES = 65_536;
/** The parts of a server, each with its own ports; the last accepts no calls, but the server requires a number nonetheless. */
const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;
/** How many ports a server needs. */
export const PORTS = SERVICES.length * 2;

export interface ConfigOptions {
  /** Where clients reach it. */
  readonly port: number;
  /** PORTS - 1 others, which its parts use among themselves. */
  readonly innerPorts: readonly number[];
  readonly databaseFile: string;
  readonly dynamicFile: string;
  readonly certificates: LocalCertificates;
}

/**
 * Configuration of a server in one process on a database file: every port is on loopback, and accepts only certificates of this server's
 * own authority. There is no port for HTTP, metrics or profiles, because none is named. Cluster, shards and limits are those of
 * `temporal server start-dev`, which created the databases of clients up to 0.1.0.
 */
export function serverConfig(options: ConfigOptions): string {
  const { port, innerPorts, databaseFile, dynamicFile, certificates } = options;
  const ports = [port, ...innerPorts];
  const address = `${LOOPBACK}:${port}`;
  const client = { serverName: SERVER_NAME, rootCaFiles: [certificates.authorityFile] };
  const mutual = (file: string) => ({
    server: { certFile: file, keyFile: file, requireClientAuth: true, clientCaFiles: [certificates.authorityFile] },
    client,
  });
  return pretty({
    // Every start and stop logs dozens of warnings of parts that cannot reach each other for a moment.
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'sqlite',
      visibilityStore: 'sqlite',
      numHistoryShards: 1,
      datastores: {
        sqlite: {
          sql: {
            pluginName: 'sqlite',
            databaseName: databaseFile,
            // Both are required for every database, and have no meaning for this one.
            connectAddr: 'localhost',
            connectProtocol: 'tcp',
            connectAttributes: { mode: 'rwc', setup: 'true' },
          },
        },
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: LOOPBACK },
      tls: {
        frontend: mutual(certificates.serverFile),
        internode: mutual(certificates.nodeFile),
        systemWorker: { certFile: certificates.nodeFile, keyFile: certificates.nodeFile, client },
        // Renewed certificates are loaded without a restart.
        refreshInterval: '1h',
      },
    },
    services: Object.fromEntries(
      SERVICES.map((service, index) => [
        service,
        { rpc: { grpcPort: ports[index * 2], membershipPort: ports[index * 2 + 1], bindOnIP: LOOPBACK } },
      ]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: { active: { enabled: true, initialFailoverVersion: 1, rpcAddress: address } },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } },
    namespaceDefaults: { archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } } },
    publicClient: { hostPort: address },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '1h' },
  });
}

/** The server's dynamic configuration. */
export function dynamicConfig(): string {
  const settings = {
    'limit.memoSize.warn': MEMO_WARN_BYTES,
    // The ports by which the parts find each other are protected as well.
    'system.enableRingpopTLS': true,
    // They are all in one process: no other member has to learn that it ends.
    'system.ringpopApproximateMaxPropagationTime': '10ms',
    // As start-dev has them.
    'system.forceSearchAttributesCacheRefreshOnRead': true,
    'frontend.persistenceMaxQPS': 10_000,
    'frontend.namespaceRPS.visibility': 100,
    'history.persistenceMaxQPS': 45_000,
    'history.hostLevelCacheMaxSize': 8_096,
  };
  return pretty(Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, [{ value }]])));
}

const readBack = z.object({
  global: z.object({ tls: z.object({ frontend: z.object({ server: z.object({ certFile: z.string() }) }) }) }),
  publicClient: z.object({ hostPort: z.string() }),
});

/** Address and certificate file in a server's configuration as it was written; null if it is not one. */
export function readServerConfig(text: string): { readonly address: string; readonly serverFile: string } | null {
  try {
    const { global, publicClient } = readBack.parse(JSON.parse(text));
    return { address: publicClient.hostPort, serverFile: global.tls.frontend.server.certFile };
  } catch {
    return null;
  }
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

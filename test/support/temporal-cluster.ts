import { generateKeyPairSync, randomInt, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { moduleFolder } from '../../lab/images/modules.ts';
import { freePort, stopProcess } from '../../system/processes.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { SUPERUSER_PASSWORD, createPostgres } from '../bootstrap/postgres.ts';
import { selfSigned, signedBy } from './certificate.ts';
import { needs } from './needs.ts';

needs('temporal-server', 'temporal-sql-tool');

const COMES_UP_WITHIN_MS = 60_000;
const AUTHORITY = 'authority of the cluster';
const STORES = { temporal: 'temporal', temporal_visibility: 'visibility' } as const;

/** A Temporal cluster as a company runs one: `temporal-server` on PostgreSQL, TLS, and API keys that say who may do what. */
export interface TemporalCluster {
  readonly address: string;
  /** The variables by which a client finds it, with a key for that namespace, or with the given one. */
  environment(namespace: string, apiKey?: string): Record<string, string>;
  /** A key that may do this: `<namespace>:<role>`, `system:admin`. Signed by the cluster's own key, or by another one. */
  apiKey(permissions: readonly string[], by?: 'cluster' | 'stranger'): string;
  /** Makes a namespace that keeps what ended for so many days. */
  makeNamespace(name: string, days: number): Promise<void>;
  /** What the server said, for a failed test. */
  log(): string;
  stop(): Promise<void>;
}

/** Brings one up: its own database server, its schema by its own tool, all of its services in one process. */
export async function startTemporalCluster(): Promise<TemporalCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'appliance-cluster-'));
  const postgres = await createPostgres({ vector: 'none' });
  await postgres.start();
  await makeSchema(postgres.port);
  const keys = { cluster: keyPair(), stranger: keyPair() };
  const jwks = await serveKeys(keys.cluster.publicKey);
  const authority = { ...selfSigned(AUTHORITY), commonName: AUTHORITY };
  const certificate = signedBy(authority, '127.0.0.1');
  await writeFile(join(folder, 'ca.pem'), authority.cert);
  await writeFile(join(folder, 'server.pem'), certificate.cert);
  await writeFile(join(folder, 'key.pem'), certificate.key, { mode: 0o600 });
  const ports = await freePorts(10);
  const address = `127.0.0.1:${ports[0]}`;
  await mkdir(join(folder, 'config'));
  const config = configOf(folder, { postgres: postgres.port, ports, jwks: jwks.url });
  await writeFile(join(folder, 'config', 'development.yaml'), stringify(config), { mode: 0o600 });
  const { path } = await resolveProgram('temporal-server');
  const services = ['frontend', 'internal-frontend', 'history', 'matching', 'worker'];
  const server = execa(
    path,
    [
      '--root',
      folder,
      '--config',
      'config',
      '--env',
      'development',
      'start',
      ...services.map((one) => `--service=${one}`),
    ],
    { reject: false, all: true, stdin: 'ignore', maxBuffer: 10_000_000 },
  );
  let said = '';
  let isOver = false;
  void server.finally(() => (isOver = true));
  server.all.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const apiKey: TemporalCluster['apiKey'] = (permissions, by = 'cluster') => token(keys[by].privateKey, permissions);
  const environment: TemporalCluster['environment'] = (namespace, key = apiKey([`${namespace}:admin`])) => ({
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: join(folder, 'ca.pem'),
    TEMPORAL_API_KEY: key,
  });
  const asAdministrator = async (act: (connection: Connection) => Promise<unknown>): Promise<void> => {
    const connection = await Connection.connect({
      address,
      tls: { serverRootCACertificate: await readFile(join(folder, 'ca.pem')) },
      apiKey: apiKey(['system:admin', 'temporal-system:admin']),
      connectTimeout: 2_000,
    });
    try {
      await act(connection);
    } finally {
      await connection.close();
    }
  };
  const stop = async (): Promise<void> => {
    if (server.pid !== undefined) await stopProcess(server.pid);
    await server;
    await postgres.remove();
    await jwks.close();
    await rm(folder, { recursive: true, force: true });
  };
  const until = Date.now() + COMES_UP_WITHIN_MS;
  for (;;) {
    try {
      await asAdministrator((connection) => connection.workflowService.getSystemInfo({}));
      break;
    } catch (error) {
      if (Date.now() < until && !isOver) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        continue;
      }
      await stop();
      throw new Error(`the Temporal cluster did not come up: ${said.slice(0, 4_000)}`, { cause: error });
    }
  }
  return {
    address,
    environment,
    apiKey,
    makeNamespace: (name, days) =>
      asAdministrator((connection) =>
        connection.workflowService.registerNamespace({
          namespace: name,
          workflowExecutionRetentionPeriod: msToTs(`${days} days`),
        }),
      ),
    log: () => said,
    stop,
  };
}

async function makeSchema(port: number): Promise<void> {
  const { path } = await resolveProgram('temporal-sql-tool');
  const schema = join(await moduleFolder('temporal-server', 'go.temporal.io/server'), 'schema/postgresql/v12');
  for (const [database, folder] of Object.entries(STORES)) {
    const env = {
      SQL_PLUGIN: 'postgres12',
      SQL_HOST: '127.0.0.1',
      SQL_PORT: String(port),
      SQL_USER: 'postgres',
      SQL_PASSWORD: SUPERUSER_PASSWORD,
      SQL_DATABASE: database,
    };
    await execa(path, ['create-database'], { env });
    await execa(path, ['setup-schema', '-v', '0.0'], { env });
    await execa(path, ['update-schema', '-d', join(schema, folder, 'versioned')], { env });
  }
}

function configOf(
  folder: string,
  { postgres, ports, jwks }: { postgres: number; ports: readonly number[]; jwks: string },
): unknown {
  const sql = (databaseName: string) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${postgres}`,
      connectProtocol: 'tcp',
      user: 'postgres',
      password: SUPERUSER_PASSWORD,
      maxConns: 10,
      maxIdleConns: 10,
    },
  });
  const rpc = (at: number) => ({
    rpc: { grpcPort: ports[at], membershipPort: ports[at + 1], bindOnLocalHost: true },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { default: sql('temporal'), visibility: sql('temporal_visibility') },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      tls: {
        frontend: {
          server: { certFile: join(folder, 'server.pem'), keyFile: join(folder, 'key.pem') },
          client: { serverName: '127.0.0.1', rootCaFiles: [join(folder, 'ca.pem')] },
        },
      },
      authorization: {
        jwtKeyProvider: { keySourceURIs: [jwks], refreshInterval: '1m' },
        permissionsClaimName: 'permissions',
        authorizer: 'default',
        claimMapper: 'default',
      },
    },
    services: {
      frontend: rpc(0),
      'internal-frontend': rpc(2),
      history: rpc(4),
      matching: rpc(6),
      worker: rpc(8),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: { active: { enabled: true, initialFailoverVersion: 1, rpcAddress: `127.0.0.1:${ports[0]}` } },
    },
    dcRedirectionPolicy: { policy: 'noop' },
  };
}

/** PostgreSQL's schema keeps the port of a service's membership in a signed number of 16 bits. */
const MEMBERSHIP_PORTS = { from: 20_000, to: 32_767 };

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  const { from, to } = MEMBERSHIP_PORTS;
  while (ports.length < count) {
    const port = await freePort(from + randomInt(to - from));
    if (port <= to && !ports.includes(port)) ports.push(port);
  }
  return ports;
}

const KEY_ID = 'appliance-test';

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** The cluster asks for the keys that it believes (RFC 7517). */
async function serveKeys(publicKey: KeyObject): Promise<{ url: string; close(): Promise<void> }> {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'ES256' };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** RFC 7519, signed with ES256. */
function token(key: KeyObject, permissions: readonly string[]): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const body = `${part({ alg: 'ES256', typ: 'JWT', kid: KEY_ID })}.${part({ sub: 'operator', iat: now, exp: now + 3_600, permissions })}`;
  return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

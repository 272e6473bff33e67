import { beforeAll, expect, test } from 'vitest';
import { ports, renderAppliance, type Appliance } from './appliance.ts';
import { environment, the, type Manifest, type Workload } from './objects.ts';

/** What each program is told, by docs/contract.md, and that it finds there what it is told of. */
let manifests: readonly Manifest[];
let pods: readonly Workload[];
let own: Appliance['own'];
let mountPaths: Appliance['mountPaths'];
beforeAll(async () => {
  ({ manifests, pods, own, mountPaths } = await renderAppliance());
});

/** The server's environment, the part the appliance needs. */
const CONTRACT = {
  EDITION: 'enterprise',
  NODE_ENV: 'production',
  APP_ENV: 'production',
  DEPLOYMENT_PROFILE: 'appliance',
  AUTH_TRUST_HOST: 'true',
  DB_TYPE: 'postgres',
  DB_NAME_SERVER: 'server',
  DB_USER_SERVER: 'app_user',
  DB_USER_ADMIN: 'postgres',
  DB_PASSWORD_SERVER: 'db-credentials/DB_PASSWORD_SERVER',
  DB_PASSWORD_ADMIN: 'db-credentials/DB_PASSWORD_SUPERUSER',
  DB_PASSWORD_SUPERUSER: 'db-credentials/DB_PASSWORD_SUPERUSER',
  REDIS_DB: '0',
  REDIS_PASSWORD: 'redis-credentials/REDIS_PASSWORD',
  TEMPORAL_NAMESPACE: 'default',
  STORAGE_DEFAULT_PROVIDER: 'local',
  STORAGE_LOCAL_BASE_PATH: '/data/files',
  NEXTAUTH_SECRET: 'alga-core-sebastian-secrets/NEXTAUTH_SECRET',
  TOKEN_SECRET_KEY: 'alga-core-sebastian-secrets/TOKEN_SECRET_KEY',
  CRYPTO_KEY: 'alga-core-sebastian-secrets/CRYPTR_KEY',
  ALGA_AUTH_KEY: 'alga-psa-shared/ALGA_AUTH_KEY',
  HOCUSPOCUS_JWT_SECRET: 'alga-core-sebastian-secrets/HOCUSPOCUS_JWT_SECRET',
  COLLAB_PERSIST_API_KEY: 'alga-core-sebastian-secrets/COLLAB_PERSIST_API_KEY',
  AI_DOCUMENT_API_KEY: 'alga-core-sebastian-secrets/AI_DOCUMENT_API_KEY',
  IMAP_WEBHOOK_SECRET: 'alga-core-sebastian-secrets/IMAP_WEBHOOK_SECRET',
  SALT_BYTES: '12',
  ITERATIONS: '1000',
  KEY_LENGTH: '64',
  ALGORITHM: 'sha512',
  LOG_LEVEL: 'INFO',
  NEXT_PUBLIC_EDITION: 'enterprise',
  NEXT_PUBLIC_APP_URL: 'http://192.0.2.10:3000',
  SERVER_ACTIONS_BODY_LIMIT: '200mb',
  NEXTAUTH_SESSION_EXPIRES: '86400',
  LOG_IS_FORMAT_JSON: 'false',
  LOG_IS_FULL_DETAILS: 'false',
  EMAIL_ENABLE: 'false',
  EMAIL_PORT: '587',
  STORAGE_LOCAL_MAX_FILE_SIZE: '104857600',
  STORAGE_UPLOAD_TEMP_DIR: '/tmp/uploads',
  STORAGE_UPLOAD_MAX_CONCURRENT: '3',
  STORAGE_UPLOAD_CHUNK_SIZE: '5242880',
  ALGA_LICENSE_SERVICE_URL: 'https://license.nineminds.com',
  SECRET_READ_CHAIN: 'env,filesystem',
  SECRET_WRITE_PROVIDER: 'filesystem',
  SECRET_FS_BASE_PATH: '/shared-tenant-secrets',
  REQUIRE_HOCUSPOCUS: 'false',
};

test('the server: the environment of the contract, its entry point, its files', () => {
  expect(environment(own('alga-core-sebastian'))).toMatchObject(CONTRACT);
  expect(own('alga-core-sebastian').command).toEqual(['./entrypoint.sh']);
  expect(mountPaths('alga-core-sebastian')).toContain(CONTRACT.STORAGE_LOCAL_BASE_PATH);
  expect(mountPaths('alga-core-sebastian')).toContain(CONTRACT.SECRET_FS_BASE_PATH);
  const { VERSION, APP_VERSION, APP_BUILD_SHA } = environment(own('alga-core-sebastian'));
  expect(own('alga-core-sebastian').image).toMatch(new RegExp(`:${APP_BUILD_SHA}$`));
  expect([VERSION, APP_VERSION]).toEqual([APP_BUILD_SHA, APP_BUILD_SHA]);
});

test('collaborative editing: what it needs to start and to store, beside what it shares with the server', () => {
  const { AI_DOCUMENT_API_KEY, COLLAB_PERSIST_API_KEY, HOCUSPOCUS_JWT_SECRET } = CONTRACT;
  expect(environment(own('hocuspocus'))).toMatchObject({
    NODE_ENV: 'production',
    DB_USER_HOCUSPOCUS: 'hocuspocus_user',
    DB_NAME_HOCUSPOCUS: 'hocuspocus',
    DB_PASSWORD_HOCUSPOCUS: 'db-credentials/DB_PASSWORD_HOCUSPOCUS',
    REDIS_DB: '1',
    REDIS_PASSWORD: CONTRACT.REDIS_PASSWORD,
    COLLAB_PERSIST_API_URL: 'http://alga-core-sebastian:3000/api/internal/collab/persist',
    AI_DOCUMENT_API_URL: 'http://alga-core-sebastian:3000/api/v1/ai/document-assist',
    AI_DOCUMENT_API_KEY,
    COLLAB_PERSIST_API_KEY,
    HOCUSPOCUS_JWT_SECRET,
  });
  expect(own('hocuspocus').securityContext.capabilities).toEqual({ drop: ['ALL'], add: ['SETGID', 'SETUID'] });
});

const INITIAL_TENANT = [
  'INITIAL_TENANT_NAME',
  'INITIAL_ADMIN_FIRST_NAME',
  'INITIAL_ADMIN_LAST_NAME',
  'INITIAL_ADMIN_EMAIL',
  'INITIAL_ADMIN_PASSWORD',
];

test('the bootstrap job hashes passwords as the server does', () => {
  const hash = ['NEXTAUTH_SECRET', 'SALT_BYTES', 'ITERATIONS', 'KEY_LENGTH', 'ALGORITHM'];
  const of = (name: string) => hash.map((key) => environment(own(name))[key]);
  const [job] = pods.filter(({ kind }) => kind === 'Job');
  expect(of(job?.name ?? '')).toEqual(of('alga-core-sebastian'));
  expect(of('alga-core-sebastian').filter(Boolean)).toHaveLength(hash.length);
});

test('the bootstrap job: what create_database.js asks for', () => {
  const [job] = pods.filter(({ kind }) => kind === 'Job');
  expect(environment(own(job?.name ?? ''))).toMatchObject({
    DB_PASSWORD_ADMIN: 'db-credentials/DB_PASSWORD_SUPERUSER',
    DB_PASSWORD_SERVER: 'db-credentials/DB_PASSWORD_SERVER',
    DB_USER_PGBOUNCER: 'app_user_pgbouncer',
    DB_PASSWORD_PGBOUNCER: 'db-credentials/DB_PASSWORD_PGBOUNCER',
    DB_USER_HOCUSPOCUS: 'hocuspocus_user',
    DB_PASSWORD_HOCUSPOCUS: 'db-credentials/DB_PASSWORD_HOCUSPOCUS',
    DB_NAME_HOCUSPOCUS: 'hocuspocus',
    SETUP_RUN_MIGRATIONS: 'true',
    SETUP_RUN_SEEDS: 'true',
    SEEDS_DIR: '/app/ee/server/seeds/onboarding',
    SEEDS_ARE_IDEMPOTENT: 'false',
    DEPLOYMENT_PROFILE: 'appliance',
    EDITION_CHOICE: 'appliance-license-seed/EDITION_CHOICE',
    LICENSE_TOKEN: 'appliance-license-seed/LICENSE_TOKEN',
    ...Object.fromEntries(INITIAL_TENANT.map((key) => [key, `appliance-initial-tenant/${key}`])),
  });
  const isOptional = ({ valueFrom }: { valueFrom?: unknown }) =>
    (JSON.stringify(valueFrom) ?? '').includes('"optional":true');
  const optional = own(job?.name ?? '')
    .env.filter(isOptional)
    .map(({ name }) => name);
  expect(optional.toSorted()).toEqual([...INITIAL_TENANT, 'EDITION_CHOICE', 'LICENSE_TOKEN'].toSorted());
  const program = own(job?.name ?? '').command?.[1] ?? '';
  const files = the(manifests, 'ConfigMap', 'alga-core-sebastian-bootstrap').data ?? {};
  expect(Object.keys(files).map((name) => `/opt/bootstrap/${name}`)).toContain(program);
});

test('Postgres, Redis and PgBouncer: folders that are mounted', () => {
  expect(mountPaths('db')).toContain(environment(own('db'))['PGDATA']);
  const written =
    own('redis')
      .args?.join('\n')
      .match(/\/[\w/.-]+\/redis\.conf|dir \/\w+/g) ?? [];
  expect(written.length).toBeGreaterThan(1);
  for (const path of written.map((each) => each.replace('dir ', '').replace('/redis.conf', '')))
    expect(mountPaths('redis')).toContain(path);
  expect(environment(own('db'))['POSTGRES_INITDB_ARGS']).toBe('--data-checksums');
  const ini = the(manifests, 'ConfigMap', 'pgbouncer').data?.['pgbouncer.ini'] ?? '';
  const users = /auth_file = (\S+)/.exec(ini)?.[1] ?? 'none';
  expect(own('pgbouncer').args?.join('\n')).toContain(`>> ${users}`);
  expect(mountPaths('pgbouncer')).toContain(users.slice(0, users.lastIndexOf('/')));
});

test('Temporal: its database and its superuser; the workers: what is theirs', () => {
  expect(environment(own('temporal'))).toMatchObject({
    DB: 'postgres12',
    POSTGRES_USER: 'postgres',
    POSTGRES_PWD: 'db-credentials/DB_PASSWORD_SUPERUSER',
    DEFAULT_NAMESPACE: 'default',
  });
  expect(environment(own('temporal-worker'))).toMatchObject({
    TEMPORAL_TASK_QUEUE: 'tenant-workflows,email-domain-workflows',
    ALGA_AUTH_KEY: 'alga-psa-shared/ALGA_AUTH_KEY',
  });
  expect(environment(own('email-service'))).toMatchObject({
    IMAP_WEBHOOK_URL: 'http://alga-core-sebastian.msp.svc.cluster.local:3000/api/email/webhooks/imap',
    IMAP_WEBHOOK_SECRET: 'alga-core-sebastian-secrets/IMAP_WEBHOOK_SECRET',
  });
  for (const worker of ['workflow-worker', 'email-service', 'temporal-worker'])
    expect(environment(own(worker))['PORT']).toBe(String(ports.parse(own(worker)['ports'])[0]?.containerPort));
});

test('the status page: the token where it looks for it', () => {
  const status = pods.find(({ name }) => name === 'appliance-status');
  const token = environment(own('appliance-status'))['STATUS_TOKEN_FILE'] ?? '';
  expect(mountPaths('appliance-status')).toContain(token.slice(0, token.lastIndexOf('/')));
  const items = [{ key: 'token', path: token.slice(token.lastIndexOf('/') + 1) }];
  expect(status?.pod['volumes']).toContainEqual({
    name: 'token',
    secret: { secretName: 'appliance-status-auth', items },
  });
});

test('on the node: the application on port 3000, the page on 8080, data on local-path, one writer each', () => {
  const open = pods.flatMap(({ name, pod }) =>
    pod.containers.flatMap((each) => ports.parse(each['ports']).map((port) => [name, port['hostPort']] as const)),
  );
  expect(Object.fromEntries(open.filter(([, port]) => port !== undefined))).toEqual({
    'alga-core-sebastian': 3000,
    'appliance-status': 8080,
    hocuspocus: 1234,
  });
  const claims = manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');
  expect(claims).toHaveLength(4);
  for (const { metadata, spec } of claims)
    expect(spec, metadata.name).toMatchObject({ storageClassName: 'local-path', accessModes: ['ReadWriteOnce'] });
});

test('pods that hold a port or data go before the next one comes, and a database has time to write', () => {
  for (const name of ['alga-core-sebastian', 'appliance-status', 'temporal', 'workflow-worker'])
    expect(the(manifests, 'Deployment', name).spec, name).toMatchObject({ strategy: { type: 'Recreate' } });
  const db = pods.find(({ name }) => name === 'db');
  expect(db?.pod).toMatchObject({
    terminationGracePeriodSeconds: 120,
    securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999 },
  });
});

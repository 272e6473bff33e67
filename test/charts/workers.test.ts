import { describe, expect, test } from 'vitest';
import { mounts } from './appliance.ts';
import { environment, parseManifests, workloads, type Container } from './objects.ts';
import { chartFolder, helm } from './programs.ts';
import { diagnose } from '../support/diagnosed.ts';
import { appliance, imageOf, NOW, podName, type Change } from '../diagnosis/appliance.ts';
import { componentOf, find, partOf, probing } from '../diagnosis/faults.ts';
import { applianceArguments, siteValues, valuesArguments } from './values.ts';
import { TEST_RELEASE, testSpec } from '../support/spec.ts';

/** What the vendor's workers are told; docs/contract.md, "Worker environment" and "Database administrator for workers". */
const WORKERS = ['workflow-worker', 'email-service', 'temporal-worker'];

async function workerOf(chart: string, values: { args: string[]; input: string }, more: readonly string[] = []) {
  const text = await helm(['template', chart, chartFolder(chart), '-n', 'msp', ...values.args, ...more], {
    input: values.input,
  });
  const [workload] = workloads(parseManifests(text));
  const [own] = workload?.pod.containers ?? [];
  if (!workload || !own) throw new Error(`${chart} has no container`);
  const waits = workload.pod.initContainers.map(({ name }) => name);
  return { own, env: environment(own), waits, volumes: workload.pod['volumes'] };
}

/** On the appliance, with images that reach tenants' data as they are told, or as app_user whatever they are told. */
function onAppliance(chart: string, adminConnection: boolean) {
  const release = structuredClone(TEST_RELEASE);
  for (const key of ['workflowWorker', 'emailService', 'temporalWorker'] as const)
    release.app.images[key].capabilities = { adminConnection };
  return workerOf(chart, applianceArguments(chart, siteValues({ spec: testSpec({ release }) })[chart]));
}
const byDefault = (chart: string, more: readonly string[] = []) =>
  workerOf(chart, valuesArguments(chart, 'defaults'), more);

const ADMINISTRATOR = {
  DB_HOST_ADMIN: 'db',
  DB_PORT_ADMIN: '5432',
  DB_USER_ADMIN: 'postgres',
  DB_PASSWORD_ADMIN: 'db-credentials/DB_PASSWORD_SUPERUSER',
  DB_PASSWORD_SUPERUSER: 'db-credentials/DB_PASSWORD_SUPERUSER',
};
const THROUGH_PGBOUNCER = {
  DB_HOST: 'pgbouncer',
  DB_PORT: '6432',
  DB_NAME_SERVER: 'server',
  DB_USER_SERVER: 'app_user_pgbouncer',
  DB_PASSWORD_SERVER: 'db-credentials/DB_PASSWORD_PGBOUNCER',
};
const DIRECTLY = {
  DB_HOST: 'db',
  DB_PORT: '5432',
  DB_NAME_SERVER: 'server',
  DB_USER_SERVER: 'app_user',
  DB_PASSWORD_SERVER: 'db-credentials/DB_PASSWORD_SERVER',
};
const SHARED = {
  NODE_ENV: 'production',
  APP_ENV: 'production',
  EDITION: 'enterprise',
  DEPLOYMENT_PROFILE: 'appliance',
  APPLICATION_URL: 'http://192.0.2.10:3000',
  NEXT_PUBLIC_BASE_URL: 'http://192.0.2.10:3000',
  REDIS_HOST: 'redis',
  REDIS_PORT: '6379',
  REDIS_PASSWORD: 'redis-credentials/REDIS_PASSWORD',
  NEXTAUTH_SECRET: 'alga-core-sebastian-secrets/NEXTAUTH_SECRET',
  CRYPTO_KEY: 'alga-core-sebastian-secrets/CRYPTR_KEY',
  SALT_BYTES: '12',
  ITERATIONS: '1000',
  KEY_LENGTH: '64',
  ALGORITHM: 'sha512',
  SECRET_READ_CHAIN: 'env,filesystem',
  SECRET_WRITE_PROVIDER: 'filesystem',
  SECRET_FS_BASE_PATH: '/shared-tenant-secrets',
};
const OWN: Readonly<Record<string, Record<string, string>>> = {
  'workflow-worker': { TEMPORAL_ADDRESS: 'temporal-frontend:7233', TEMPORAL_NAMESPACE: 'default', PORT: '4000' },
  'email-service': {
    APP_NAME: 'alga-psa',
    IMAP_WEBHOOK_URL: 'http://alga-core-sebastian.msp.svc.cluster.local:3000/api/email/webhooks/imap',
    IMAP_WEBHOOK_SECRET: 'alga-core-sebastian-secrets/IMAP_WEBHOOK_SECRET',
  },
  'temporal-worker': {
    NODE_PATH: '/app:/app/node_modules',
    ALGA_AUTH_KEY: 'alga-psa-shared/ALGA_AUTH_KEY',
    TEMPORAL_ADDRESS: 'temporal-frontend:7233',
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_TASK_QUEUE: 'tenant-workflows,email-domain-workflows',
    ENABLE_HEALTH_CHECK: 'true',
    HEALTH_CHECK_PORT: '8080',
  },
};

describe.each(WORKERS)('%s', (chart) => {
  test('is told everything that its image reads, the administrator of the database included', async () => {
    const { env } = await onAppliance(chart, true);
    expect(env).toMatchObject({ ...SHARED, ...ADMINISTRATOR, ...OWN[chart] });
  });

  test('goes through PgBouncer, or directly as app_user with its own password, as its image can', async () => {
    const later = await onAppliance(chart, true);
    expect(later.env).toMatchObject(THROUGH_PGBOUNCER);
    expect(later.waits.slice(0, 2)).toEqual(['wait-for-pgbouncer', 'wait-for-db']);
    const earlier = await onAppliance(chart, false);
    expect(earlier.env).toMatchObject({ ...DIRECTLY, ...ADMINISTRATOR });
    expect(earlier.waits.filter((name) => !name.includes('temporal'))).toEqual(['wait-for-db']);
  });

  test('by default goes directly, as its image needs it; any other user has the password of the pool', async () => {
    expect((await byDefault(chart)).env).toMatchObject({ ...DIRECTLY, ...ADMINISTRATOR });
    const { env } = await byDefault(chart, ['--set', 'database.user=psa']);
    expect(env).toMatchObject({ DB_USER_SERVER: 'psa', DB_PASSWORD_SERVER: 'db-credentials/DB_PASSWORD_PGBOUNCER' });
  });

  test("shares the server's volume of tenants' secrets on the appliance, and no volume elsewhere", async () => {
    const { own, volumes } = await onAppliance(chart, true);
    expect(mounts.parse(own['volumeMounts'])).toEqual([
      { name: 'tenant-secrets', mountPath: '/shared-tenant-secrets' },
    ]);
    const claimName = 'alga-core-sebastian-tenant-secrets';
    expect(volumes).toEqual([{ name: 'tenant-secrets', persistentVolumeClaim: { claimName } }]);
    const elsewhere = await byDefault(chart);
    expect(elsewhere.volumes).toBeUndefined();
    expect(elsewhere.env).not.toHaveProperty('SECRET_FS_BASE_PATH');
  });

  test('may take as long to start as the vendor grants, and is Ready as soon as it is up', async () => {
    const { own } = await byDefault(chart);
    const { periodSeconds, failureThreshold } = own.startupProbe ?? { periodSeconds: 0, failureThreshold: 0 };
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(600);
    expect(own.readinessProbe).not.toHaveProperty('initialDelaySeconds');
  });

  test('is not called a failure while it starts, though its probe fails for minutes; later it is', async () => {
    const { startupProbe, livenessProbe } = (await byDefault(chart)).own;
    const causes = (minutes: number) => {
      const starts: Change = (items, rest) => {
        const refused =
          'Startup probe failed: Get "http://10.244.0.9:8080/health": dial tcp 10.244.0.9:8080: connect: connection refused';
        probing(chart, refused, { first: minutes, last: 0.1, count: minutes * 6 })(items, rest);
        const containers = [{ name: chart, image: imageOf(chart), startupProbe, livenessProbe }];
        partOf(find(items, 'Pod', podName(componentOf(chart))), 'spec')['containers'] = containers;
      };
      return diagnose(appliance(starts), { now: new Date(NOW) }).blockers.map(({ code, component }) => [
        code,
        component,
      ]);
    };
    expect([causes(3), causes(9)]).toEqual([[], []]);
    expect(causes(12)).toEqual([['probe-failing', chart]]);
  });

  test('is the user of its image, or the one that is named; root without a single capability', async () => {
    const asUser = async (more: readonly string[]) => rights((await byDefault(chart, more)).own);
    expect(await asUser([])).toEqual({ runAsUser: undefined, runAsNonRoot: undefined, drop: ['ALL'] });
    const named = { runAsUser: 1000, runAsNonRoot: true, drop: ['ALL'] };
    expect(await asUser(['--set', 'runAsUser=1000'])).toEqual(named);
    expect(await asUser(['--set', 'runAsUser=0'])).toEqual({ runAsUser: 0, runAsNonRoot: false, drop: ['ALL'] });
  });
});

test('whoever writes a tenant secret, the others can change it: all are root, temporal-worker by the profile', async () => {
  const users = await Promise.all(
    WORKERS.map(async (chart) => [chart, rights((await onAppliance(chart, true)).own).runAsUser] as const),
  );
  // The Dockerfiles of the server, workflow-worker and email-service name no user; temporal-worker's makes one.
  expect(Object.fromEntries(users)).toEqual({
    'workflow-worker': undefined,
    'email-service': undefined,
    'temporal-worker': 0,
  });
});

function rights({ securityContext }: Container) {
  const { runAsUser, runAsNonRoot, capabilities } = securityContext;
  return { runAsUser, runAsNonRoot, drop: capabilities.drop };
}

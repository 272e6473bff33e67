import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConformance, type Conformance } from './kubeconform.ts';
import { environment, parseManifests, the, workloads, type Manifest } from './objects.ts';
import { chartFolder, helm, run } from './programs.ts';
import { RELEASES, repositoryFile } from './values.ts';
import { needs } from '../support/needs.ts';

needs('helm');

/** A cluster that is no appliance: its own namespace and names, Postgres and Redis elsewhere, Secrets that are there already. */
const NAMESPACE = 'alga-hosted';
const releaseName = (chart: string) => (chart === 'alga-core' ? 'psa' : `psa-${chart}`);
const example = (chart: string) => `charts/examples/hosted/${chart}.yaml`;

const template = (chart: string, more: readonly string[] = []) =>
  helm(['template', releaseName(chart), chartFolder(chart), '-n', NAMESPACE, '-f', example(chart), ...more]);
const objects = async (chart: string): Promise<Manifest[]> => parseManifests(await template(chart));
const containers = async (chart: string) =>
  workloads(await objects(chart)).flatMap(({ pod }) => [...pod.initContainers, ...pod.containers]);

let conformance: Conformance;
beforeAll(async () => {
  conformance = await createConformance();
});
afterAll(() => conformance.remove());

describe.each(Object.keys(RELEASES))('%s in a hosted cluster', (chart) => {
  test('renders by its example, lints, and conforms to Kubernetes', async () => {
    const lint = await run('helm', ['lint', '--strict', chartFolder(chart), '-f', example(chart)]);
    expect(lint.stdout).toContain('0 chart(s) failed');
    const outcome = await conformance.check(await template(chart));
    expect(outcome.stdout).toContain('Invalid: 0, Errors: 0, Skipped: 0');
  });

  test('its example says how it is installed', () => {
    const command = `helm install ${releaseName(chart)} charts/${chart} -n ${NAMESPACE} -f ${example(chart)}`;
    expect(repositoryFile(example(chart)).split('\n')[0]).toBe(`# ${command}`);
  });

  test('holds nothing of the appliance: no namespace, no name, no Secret, no storage class, no host port', async () => {
    const manifests = await objects(chart);
    const values = JSON.stringify(
      manifests.map((each) => (each.kind === 'ConfigMap' ? { ...each, data: undefined } : each)),
    );
    const own =
      /\bmsp\b|alga-system|appliance-system|flux-system|local-path|hostPort|hostNetwork|db-credentials|redis-credentials|alga-psa-shared|alga-core-sebastian|192\.0\.2/g;
    expect(values.match(own) ?? []).toEqual([]);
    const elsewhere = manifests.filter(({ metadata }) => ![NAMESPACE, undefined].includes(metadata.namespace));
    expect(elsewhere.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`)).toEqual(
      chart === 'appliance-status' ? ['Role kube-node-lease', 'RoleBinding kube-node-lease'] : [],
    );
  });

  test('comes from the mirror, with the pull secret', async () => {
    for (const { pod } of workloads(await objects(chart))) expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]);
    for (const { image } of await containers(chart)) expect(image).toMatch(/^registry\.example\.com\/proxy\//);
  });
});

describe('Postgres elsewhere', () => {
  const DATABASE = 'postgres.databases.example.com';

  test('is named as it is by everything that goes there, Temporal included', async () => {
    const hosts = (await Promise.all(['alga-core', 'temporal'].map(containers)))
      .flat()
      .map(environment)
      .flatMap((env) => [
        env['DB_HOST'],
        env['POSTGRES_SEEDS'],
        env['HOST']?.includes('databases') ? env['HOST'] : undefined,
      ])
      .filter((host) => host !== undefined);
    expect(new Set(hosts)).toEqual(new Set([DATABASE]));
    const ini = the(await objects('pgbouncer'), 'ConfigMap', 'psa-pgbouncer').data?.['pgbouncer.ini'];
    expect(ini).toContain(`server = host=${DATABASE} port=5432 dbname=server`);
  });

  test('its Secret and that of Redis are not made: nobody here knows their passwords', async () => {
    const secrets = (await objects('alga-core')).filter(({ kind }) => kind === 'Secret');
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(['psa-application']);
    const read = new Set((await containers('alga-core')).flatMap((each) => Object.values(environment(each))));
    expect([...read].filter((value) => value.startsWith('psa-') && value.includes('PASSWORD')).toSorted()).toEqual([
      'psa-database/DB_PASSWORD_HOCUSPOCUS',
      'psa-database/DB_PASSWORD_PGBOUNCER',
      'psa-database/DB_PASSWORD_SERVER',
      'psa-database/DB_PASSWORD_SUPERUSER',
      'psa-initial-tenant/INITIAL_ADMIN_PASSWORD',
      'psa-redis/REDIS_PASSWORD',
    ]);
  });
});

test('the mail service reports to the server beside it, wherever that is', async () => {
  const folder = chartFolder('email-service');
  for (const namespace of ['msp', NAMESPACE]) {
    const [service] = workloads(parseManifests(await helm(['template', 'email-service', folder, '-n', namespace])));
    const own = service?.pod.containers[0];
    expect(own && environment(own)).toMatchObject({
      IMAP_WEBHOOK_URL: `http://alga-core-sebastian.${namespace}.svc.cluster.local:3000/api/email/webhooks/imap`,
    });
  }
});

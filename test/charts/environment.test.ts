import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConformance, type Conformance } from './kubeconform.ts';
import { rendered, workloads } from './objects.ts';
import { chartFolder, run } from './programs.ts';
import { RELEASES } from './values.ts';
import { needs } from '../support/needs.ts';

needs('helm');

let conformance: Conformance;
beforeAll(async () => {
  conformance = await createConformance();
});
afterAll(() => conformance.remove());

/** The charts that take further environment, the value that holds it, and the program that gets it. */
const TAKING = [
  ['alga-core', 'server.extraEnv', 'alga-core'],
  ['temporal', 'extraEnv', 'temporal'],
  ['workflow-worker', 'extraEnv', 'workflow-worker'],
  ['email-service', 'extraEnv', 'email-service'],
  ['temporal-worker', 'extraEnv', 'temporal-worker'],
] as const;
const HASHING = ['NEXTAUTH_SECRET', 'SALT_BYTES', 'ITERATIONS', 'KEY_LENGTH', 'ALGORITHM'];

describe.each(TAKING)('%s: further environment', (chart, key, program) => {
  const envOf = async (more: readonly string[]) => {
    const own = workloads(await rendered(chart, more)).flatMap(({ pod }) => pod.containers);
    return own.find(({ name }) => name === program)?.env ?? [];
  };
  const others = (names: readonly string[]) => names.flatMap((name) => ['--set-string', `${key}.${name}=mine`]);

  test('wins over whatever the chart sets, and every name stands once', async () => {
    const own = (await envOf([])).map(({ name }) => name);
    expect(own.length).toBeGreaterThan(5);
    const names = [...own.filter((name) => !HASHING.includes(name)), 'OWN'];
    const env = await envOf(others(names));
    expect(env.map(({ name }) => name).toSorted()).toEqual([...own, 'OWN'].toSorted());
    expect(env.filter(({ name }) => names.includes(name))).toEqual(
      names.toSorted().map((name) => ({ name, value: 'mine' })),
    );
  });

  test('does not say how passwords are hashed, where the program does hash them', async () => {
    const own = (await envOf([])).map(({ name }) => name);
    for (const name of HASHING.filter((hashing) => own.includes(hashing))) {
      const { ok, stderr } = await run('helm', ['template', chart, chartFolder(chart), ...others([name])]);
      expect([name, ok]).toEqual([name, false]);
      expect(stderr).toContain(`invalid propertyName '${name}'`);
    }
  });
});

/** Texts that a person may write and that YAML reads as another type when a template does not quote them. */
const OF_WORKERS =
  'logLevel database.host database.user database.admin.host database.admin.user redis.host secrets.database secrets.redis ' +
  'secrets.application tenantSecrets.existingClaim';
const TEXTS: Readonly<Record<string, string>> = {
  'alga-core':
    'appVersion temporal.namespace redis.host database.host database.existingClaim storage.existingClaim storage.storageClassName ' +
    'credentials.databaseSecret credentials.redisSecret credentials.applicationSecret credentials.sharedSecret ' +
    'credentials.initialTenantSecret credentials.licenseSeedSecret',
  'appliance-status': 'auth.secret program.configMap selectionConfigMap',
  pgbouncer: 'database.host database.secret database.name',
  temporal: 'database.host database.user database.secret database.secretKey defaultNamespace',
  'workflow-worker': `${OF_WORKERS} temporal.namespace`,
  'email-service': OF_WORKERS,
  'temporal-worker': `${OF_WORKERS} temporal.namespace`,
};

describe.each(Object.keys(RELEASES))('%s', (chart) => {
  test.each(['true', '123', 'null'])('a text that reads as another type stays a text: %s', async (text) => {
    const settings = (TEXTS[chart] ?? '').split(' ').flatMap((path) => ['--set-string', `${path}=${text}`]);
    const { stdout, stderr } = await run('helm', ['template', chart, chartFolder(chart), ...settings]);
    expect(stderr).toBe('');
    const outcome = await conformance.check(stdout);
    expect(outcome.stdout).toContain('Invalid: 0, Errors: 0, Skipped: 0');
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTemporal } from '../../temporal/index.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { selfSigned } from '../support/certificate.ts';
import { operatorOn } from '../support/operator.ts';
import type { Operator } from '../support/operator.ts';
import { testSpec } from '../support/spec.ts';
import { startTemporalCluster } from '../support/temporal-cluster.ts';
import type { TemporalCluster } from '../support/temporal-cluster.ts';

const SITE = 'appliance-single-node';
/** As a company shares it, and one that forgets what ended after a day: the least that a cluster allows. */
const NAMESPACES = { appliances: 30, forgetful: 1 } as const;

let cluster: TemporalCluster;
beforeAll(async () => {
  cluster = await startTemporalCluster();
  for (const [name, days] of Object.entries(NAMESPACES)) await cluster.makeNamespace(name, days);
}, 180_000);
afterAll(() => cluster?.stop(), 60_000);

const runOf = async ({ installs }: Operator): Promise<string | undefined> => (await installs.view(SITE))?.run;

test('two operators share a namespace by TLS and API keys, and never meet', { timeout: 180_000 }, async () => {
  const [first, second] = await Promise.all([
    operatorOn(cluster.environment('appliances')),
    operatorOn(cluster.environment('appliances')),
  ]);
  expect(first.access).toMatchObject({ local: false, namespace: 'appliances', address: cluster.address });
  await first.order(testSpec({ nodeIp: '192.0.2.11' }));
  await second.work();
  await second.order(testSpec({ nodeIp: '192.0.2.12' }));
  await expect.poll(() => runOf(second), { timeout: 90_000 }).toBe('COMPLETED');
  // The same name of a site, the same namespace, a worker that is free: and nothing of the first's was touched.
  expect(await first.installs.view(SITE)).toMatchObject({ run: 'RUNNING', progress: null });
  expect(await first.installs.hasWorker(SITE)).toBe(false);
  await first.work();
  await expect.poll(() => runOf(first), { timeout: 90_000 }).toBe('COMPLETED');
  expect((await first.installs.view(SITE))?.progress?.nodeIp).toBe('192.0.2.11');
  expect(await keysOf(first)).not.toBe(await keysOf(second));
});

test('a namespace that forgets after a day installs as well', { timeout: 120_000 }, async () => {
  const operator = await operatorOn(cluster.environment('forgetful'));
  await operator.work();
  await operator.order(testSpec());
  await expect.poll(() => runOf(operator), { timeout: 90_000 }).toBe('COMPLETED');
});

test.each([
  [
    'a key that another one signed',
    () => cluster.environment('appliances', cluster.apiKey(['appliances:admin'], 'stranger')),
  ],
  ['what is no key', () => cluster.environment('appliances', 'nonsense')],
])('is not opened by %s: it says so, and what to check', async (_, environment) => {
  await expect(operatorOn(environment())).rejects.toMatchObject({
    name: 'TemporalUnavailableError',
    message: expect.stringContaining('TEMPORAL_API_KEY') as unknown,
  });
});

test.each([
  ['a key of another namespace', () => cluster.environment('appliances', cluster.apiKey(['forgetful:admin']))],
  ['a key that may only read', () => cluster.environment('appliances', cluster.apiKey(['appliances:read']))],
  ['a namespace that is not there', () => cluster.environment('none', cluster.apiKey(['none:admin']))],
])('begins nothing with %s: it says so, and what to check', async (_, environment) => {
  const { order } = await operatorOn(environment());
  await expect(order(testSpec())).rejects.toMatchObject({
    exit: 7,
    message: expect.stringMatching(
      /^Cannot .+ at 127\.0\.0\.1:\d+ (?:denied access|has no namespace none)\. Check .*TEMPORAL_NAMESPACE/,
    ) as unknown,
  });
});

test('whose certificate another authority signed is not spoken to', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'ca.pem');
  await writeFile(file, selfSigned('127.0.0.1').cert);
  const environment = { ...cluster.environment('appliances'), TEMPORAL_TLS_SERVER_CA_CERT_PATH: file };
  await expect(open(environment)).rejects.toMatchObject({
    name: 'TemporalUnavailableError',
    message: expect.stringContaining('TEMPORAL_TLS_*') as unknown,
  });
});

async function open(environment: Record<string, string>): Promise<void> {
  const home = await temporaryFolder();
  const access = await openTemporal({
    home,
    environment: { ...environment, XDG_STATE_HOME: join(home, 'state') },
    signal: AbortSignal.timeout(20_000),
    onProgress: () => {},
    start: 'never',
  });
  await access.close();
}

const keysOf = ({ home }: Operator): Promise<string> => readFile(join(home, SITE, 'secrets.yaml'), 'utf8');

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { beforeAll, expect, test } from 'vitest';
import { realServices } from '../../client/services.ts';
import { statusDocument } from '../../model/status.ts';
import { realCluster } from '../activities/support/real-cluster.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'appliance-single-node';
const cluster = realCluster(false);
let core: CoreV1Api;

beforeAll(async () => {
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  for (const name of ['appliance-system', 'msp']) await core.createNamespace({ body: { metadata: { name } } });
});

/** A site that was told of a kubeconfig, by default the real API server's, and the services that reach it. */
async function site(kubeconfig = cluster.kubeconfig) {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  const argv = ['--fresh', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
  await runClient(['start', ...argv, '--kubeconfig', kubeconfig, '--detach'], { home, services });
  const { reader, cluster: acting } = realServices;
  const get = async () => ({ status: null, location: null, error: 'connect ECONNREFUSED' });
  return { home, services: { ...services, reader, cluster: acting, get } };
}

test('token rotate writes the Secret that the status page reads, whoever owned it before', async () => {
  const options = await site();
  await core.createNamespacedSecret({
    namespace: 'appliance-system',
    body: { metadata: { name: 'appliance-status-auth', labels: { kept: 'yes' } }, stringData: { token: 'old' } },
  });
  const { exit, stdout } = await runClient(['token', 'rotate'], options);
  expect(exit).toBe(0);
  const secret = await core.readNamespacedSecret({ name: 'appliance-status-auth', namespace: 'appliance-system' });
  expect(Buffer.from(secret.data?.['token'] ?? '', 'base64').toString()).toBe(stdout.trim());
  expect(secret.metadata?.labels).toEqual({ kept: 'yes' });
  expect(secret.metadata?.managedFields?.map(({ manager }) => manager)).toContain('appliance-client');
  expect(await readFile(join(options.home, SITE, 'status-token'), 'utf8')).toBe(stdout);
});

test('pods and status read the real API', async () => {
  await core.createNamespacedServiceAccount({ namespace: 'msp', body: { metadata: { name: 'default' } } });
  const containers = [{ name: 'postgres', image: 'example.org/postgres:1' }];
  await core.createNamespacedPod({ namespace: 'msp', body: { metadata: { name: 'db-0' }, spec: { containers } } });
  const options = await site();
  const pods = await runClient(['pods', '-o', 'json'], options);
  expect(JSON.parse(pods.stdout)).toMatchObject([
    { namespace: 'msp', name: 'db-0', component: 'db', ready: '0/1', state: 'Pending' },
  ]);
  const status = await runClient(['status', '-o', 'json'], options);
  const document = statusDocument.parse(JSON.parse(status.stdout));
  expect(document.sources.find(({ source }) => source === 'kubernetes')).toMatchObject({ stale: false, error: null });
  expect(document.tiers.login.ready).toBe(false);
});

test('status answers in about two seconds when the API server is gone, and says so', async () => {
  const gone = join(await temporaryFolder(), 'kubeconfig');
  const text = await readFile(cluster.kubeconfig, 'utf8');
  await writeFile(gone, text.replace(/server: .*/, 'server: https://192.0.2.1:6443'));
  const options = await site(gone);
  const began = Date.now();
  const { stdout } = await runClient(['status', '-o', 'json'], options);
  expect(Date.now() - began).toBeLessThan(5_000);
  const document = statusDocument.parse(JSON.parse(stdout));
  expect(document.rollup.state).toBe('unknown');
  expect(document.sources[0]).toMatchObject({ source: 'kubernetes', stale: true });
  expect(document.sources[0]?.error).not.toBeNull();
});

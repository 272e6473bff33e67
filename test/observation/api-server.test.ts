import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type ControlPlane, startApiServer } from '../support/api-server.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { collectSnapshot, connectReader, watchSnapshots } from '../../observation/index.ts';

let api: ControlPlane;
let stateDir: string;
let core: CoreV1Api;
const never = new AbortController().signal;
const options = { site: { siteId: 'site', nodeIp: null, appUrl: null }, signal: never, timeoutMs: 15_000 };

const pod = (name: string) => ({
  metadata: { name, namespace: 'msp' },
  spec: { containers: [{ name: 'main', image: 'busybox:1.36' }] },
});

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'observation-'));
  api = await startApiServer({ stateDir, node: { name: 'appliance', address: '127.0.0.1' } });
  const config = new KubeConfig();
  config.loadFromFile(api.kubeconfigPath);
  core = config.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: 'msp' } } });
  await core.createNamespacedPod({ namespace: 'msp', body: pod('first') });
}, 180_000);

afterAll(async () => {
  await api?.stop();
  await rm(stateDir, { recursive: true, force: true });
});

async function until(stream: AsyncGenerator<Snapshot>, wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  for (;;) {
    const { value, done } = await stream.next();
    if (done) throw new Error('the watch ended');
    if (wanted(value)) return value;
  }
}

const holds = (name: string) => (snapshot: Snapshot) =>
  snapshot.kubernetes?.items.some((one) => one.kind === 'Pod' && one.metadata.name === name) === true;

describe('the reader at a real API server', () => {
  it('lists what is there, page by page, and takes Flux’s kinds, which are not installed, for none', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        core.createNamespacedEvent({
          namespace: 'msp',
          body: {
            metadata: { name: `e${n}` },
            involvedObject: { kind: 'Pod', name: 'first', namespace: 'msp' },
            reason: 'Pulling',
            message: `pull ${n}`,
            type: 'Normal',
          },
        }),
      ),
    );
    const reader = await connectReader({ kubeconfig: api.kubeconfigPath });
    const paged = await reader.list({
      resource: { apiVersion: 'v1', plural: 'events', kind: 'Event' },
      pageSize: 5,
      signal: never,
      timeoutMs: 15_000,
    });
    expect(paged.items.filter((one) => one.metadata.namespace === 'msp')).toHaveLength(12);
    const snapshot = await collectSnapshot(reader, options);
    expect(snapshot.kubernetes).toMatchObject({ error: null, missing: [] });
    expect(snapshot.kubernetes?.items.map((one) => one.kind)).toEqual(expect.arrayContaining(['Pod', 'Event', 'Node']));
    expect(holds('first')(snapshot)).toBe(true);
    expect(JSON.stringify(snapshot)).not.toContain('managedFields');
    await reader.close();
  });

  it('names what its account may not read', async () => {
    await core.createNamespacedServiceAccount({ namespace: 'msp', body: { metadata: { name: 'blind' } } });
    const { status } = await core.createNamespacedServiceAccountToken({
      name: 'blind',
      namespace: 'msp',
      body: { spec: { audiences: [] } },
    });
    const config = z
      .looseObject({ users: z.array(z.looseObject({ name: z.string() })) })
      .parse(parse(await readFile(api.kubeconfigPath, 'utf8')));
    const blind = join(stateDir, 'blind.kubeconfig');
    await writeFile(
      blind,
      stringify({ ...config, users: config.users.map(({ name }) => ({ name, user: { token: status?.token } })) }),
      { mode: 0o600 },
    );
    const reader = await connectReader({ kubeconfig: blind });
    const { kubernetes } = await collectSnapshot(reader, options);
    expect(kubernetes?.error).toBeNull();
    expect(kubernetes?.missing.find((one) => one.resource === 'pods')?.error).toMatch(/cannot list resource "pods"/);
    await reader.close();
  });

  it('tells a change within a second, outlives the server and goes on when it is back', async () => {
    const abort = new AbortController();
    const reader = await connectReader({ kubeconfig: api.kubeconfigPath });
    const stream = watchSnapshots(reader, {
      ...options,
      signal: abort.signal,
      timeoutMs: 3000,
      probeLogin: null,
      backoffMs: { first: 100, longest: 500 },
    });
    await until(stream, holds('first'));

    const asked = performance.now();
    await core.createNamespacedPod({ namespace: 'msp', body: pod('second') });
    await until(stream, holds('second'));
    expect(performance.now() - asked).toBeLessThan(1000);

    const { url } = api;
    await api.kill();
    const away = await until(stream, (snapshot) => snapshot.kubernetes?.error !== null);
    expect(holds('second')(away)).toBe(true);

    api = await startApiServer({
      stateDir,
      port: Number(new URL(url).port),
      node: { name: 'appliance', address: '127.0.0.1' },
    });
    await until(stream, (snapshot) => snapshot.kubernetes?.error === null && holds('second')(snapshot));
    abort.abort();
    await stream.return(undefined);
    await reader.close();
  }, 120_000);

  it('says that nothing answers where nothing listens', async () => {
    const config = (await readFile(api.kubeconfigPath, 'utf8')).replace(/server: .*/, 'server: https://127.0.0.1:1');
    const dead = join(stateDir, 'dead.kubeconfig');
    await writeFile(dead, config, { mode: 0o600 });
    const reader = await connectReader({ kubeconfig: dead });
    const { kubernetes } = await collectSnapshot(reader, options);
    expect(kubernetes).toMatchObject({ items: [], error: expect.stringMatching(/ECONNREFUSED/) });
    await reader.close();
  });
});

import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { ref } from '../../../kubernetes/addresses.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { secretOf, signal } from '../support/objects.ts';
import { realCluster } from '../support/real-cluster.ts';

const server = realCluster(false);
const CONFIG = ref.configMap('default', 'ours');
const config = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'ours', namespace: 'default' },
  data,
});

describe('a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await kubernetesPort().connect(server.kubeconfig);
  });

  test('is ready, and known by the file alone whatever the environment says', async () => {
    vi.stubEnv('KUBECONFIG', '/somebody/elses/kubeconfig');
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await (await kubernetesPort().connect(server.kubeconfig)).ready(signal)).toBe(true);
    await expect(kubernetesPort().connect('/not/there')).rejects.toThrow('/not/there');
  });

  test('a cluster is connected to once, and anew when its file has changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'appliance-kubeconfig-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'kubeconfig');
    await writeFile(file, await readFile(server.kubeconfig, 'utf8'));
    const port = kubernetesPort();
    const first = await port.connect(file);
    expect(await port.connect(file)).toBe(first);
    await writeFile(file, `${await readFile(file, 'utf8')}\n# renewed\n`);
    expect(await port.connect(file)).not.toBe(first);
    expect(await (await port.connect(file)).ready(signal)).toBe(true);
  });

  test('what is applied twice is written once; a foreign field is taken over only by force', async () => {
    await cluster.delete(CONFIG, {}, signal);
    const first = await cluster.apply(config({ a: '1' }), signal);
    const second = await cluster.apply(config({ a: '1' }), signal);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(second.metadata['managedFields']).toMatchObject([{ manager: 'appliance-client', operation: 'Apply' }]);
    // What is left out the next time is removed; what another writer owns is not.
    await cluster.patch(CONFIG, { data: { theirs: 'x' } }, signal);
    expect(await cluster.apply(config({ b: '2' }), signal)).toMatchObject({ data: { b: '2', theirs: 'x' } });
    await expect(cluster.apply(config({ theirs: 'y' }), signal)).rejects.toMatchObject({ fault: 'conflict' });
    expect(await cluster.apply(config({ theirs: 'y' }), signal, { force: true })).toMatchObject({
      data: { theirs: 'y' },
    });
  });

  test('what is not there is null, none or false, also of a kind that the server does not know', async () => {
    const kind = { apiVersion: 'nobody.example/v1', kind: 'Nothing' };
    expect(await cluster.get(ref.configMap('default', 'none'), signal)).toBeNull();
    expect(await cluster.get({ ...kind, namespace: 'default', name: 'none' }, signal)).toBeNull();
    expect(await cluster.list(kind, {}, signal)).toEqual([]);
    expect(await cluster.delete({ ...kind, namespace: 'default', name: 'none' }, {}, signal)).toBe(false);
    expect(await cluster.delete(ref.configMap('default', 'none'), {}, signal)).toBe(false);
    await expect(
      cluster.apply({ ...kind, metadata: { name: 'x', namespace: 'default' } }, signal),
    ).rejects.toMatchObject({
      fault: 'not-found',
      message: 'Nothing default/x: the cluster has no Nothing of nobody.example/v1',
    });
  });

  test('what is made once cannot be made twice; of a name only the very object that is meant is deleted', async () => {
    await cluster.delete(CONFIG, {}, signal);
    const made = await cluster.create(config({}), signal);
    await expect(cluster.create(config({}), signal)).rejects.toMatchObject({ fault: 'already-exists' });
    expect(await cluster.delete(CONFIG, { uid: '00000000-0000-0000-0000-000000000000' }, signal)).toBe(false);
    expect(await cluster.get(CONFIG, signal)).not.toBeNull();
    expect(await cluster.delete(CONFIG, { uid: made.metadata.uid ?? '' }, signal)).toBe(true);
  });

  test('a refusal names the object and the field, and of a Secret nothing that it holds', async () => {
    const bad = { ...config({ 'no key': 'x' }) };
    await expect(cluster.create(bad, signal)).rejects.toMatchObject({
      fault: 'invalid',
      object: 'ConfigMap default/ours',
      message: expect.stringMatching(
        /^creating ConfigMap default\/ours: the API server answered 422 Invalid: .*no key/,
      ),
    });
    const secret = secretOf(ref.secret('default', 's'), { key: 'hunter2' });
    const error: unknown = await cluster
      .create({ ...secret, type: 'kubernetes.io/tls' }, signal)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ fault: 'invalid', message: expect.stringContaining('data[tls.crt]') });
    expect(JSON.stringify([error, String(error)])).not.toContain(Buffer.from('hunter2').toString('base64'));
  });

  test('another authority’s certificate is told from silence, and silence from an end by the caller', async () => {
    const text = await readFile(server.kubeconfig, 'utf8');
    const other = parse(text) as { clusters: { cluster: Record<string, unknown> }[] };
    const [first] = other.clusters;
    if (!first) throw new Error('a kubeconfig has a cluster');
    const { 'certificate-authority-data': _, ...cut } = first.cluster;
    first.cluster = cut;
    const foreign = await connect(stringify(other));
    await expect(foreign.get(CONFIG, signal)).rejects.toMatchObject({ fault: 'tls' });
    await expect(foreign.ready(signal)).rejects.toMatchObject({ fault: 'tls' });

    first.cluster = { server: 'http://127.0.0.1:1', 'insecure-skip-tls-verify': true };
    const silent = await connect(stringify(other));
    await expect(silent.get(CONFIG, signal)).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringMatching(/^reading the resources of v1: http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/),
    });
    expect(await silent.ready(signal)).toBe(false);

    const reason = new Error('the install was cancelled');
    await expect(cluster.get(CONFIG, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('answers that a real server seldom gives', () => {
  test('a long list is read page by page', async () => {
    const cluster = await scripted((path) => {
      const from = Number(new URL(path, 'http://x').searchParams.get('continue') ?? '0');
      const items = Array.from({ length: from === 1000 ? 1 : 500 }, (_, index) => ({
        metadata: { name: `c${from + index}` },
      }));
      return { body: { metadata: from === 1000 ? {} : { continue: String(from + 500) }, items } };
    });
    const found = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'default' }, signal);
    expect(found).toHaveLength(1001);
    expect(found.at(-1)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c1000' } });
  });

  test.each([
    [502, '<html>Bad Gateway</html>', 'unreachable'],
    [504, '', 'timeout'],
    [401, { reason: 'Unauthorized', message: 'Unauthorized' }, 'unauthorized'],
    [403, { reason: 'Forbidden', message: 'no' }, 'forbidden'],
    [
      403,
      { reason: 'Forbidden', message: 'being terminated', details: { causes: [{ reason: 'NamespaceTerminating' }] } },
      'conflict',
    ],
    [409, { reason: 'Conflict', message: 'changed' }, 'conflict'],
    [500, { reason: 'InternalError', message: 'etcdserver: request timed out' }, 'other'],
  ])('%i %j is %s', async (code, body, fault) => {
    const cluster = await scripted(() => ({ code, body }));
    await expect(cluster.get(CONFIG, signal)).rejects.toMatchObject({ fault, object: 'ConfigMap default/ours' });
  });
});

async function connect(kubeconfig: string): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'appliance-kubeconfig-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'kubeconfig'), kubeconfig);
  return kubernetesPort().connect(join(folder, 'kubeconfig'));
}

/** A server that knows ConfigMaps and answers everything about them as told. */
async function scripted(answer: (path: string) => { code?: number; body: unknown }): Promise<Cluster> {
  const resources = [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }];
  const listener: RequestListener = (request, response) => {
    const path = request.url ?? '';
    const { code = 200, body } = path === '/api/v1' ? { body: { resources } } : answer(path);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const http = createServer(listener);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return connect(
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'x', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    }),
  );
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { registryPort } from '../../activities/adapters/registry.ts';
import { makeLayer } from '../../lab/images/layer.ts';
import { pushImage } from '../../lab/images/push.ts';
import { freePort } from '../../lab/parts/ports.ts';
import { startRegistryProxy } from '../../lab/registry/proxy.ts';
import type { RegistryProxy } from '../../lab/registry/proxy.ts';
import { startRegistry } from '../../lab/registry/registry.ts';
import type { Registry } from '../../lab/registry/registry.ts';
import { startPuller } from './support/containerd.ts';
import type { Puller } from './support/containerd.ts';
import { needs } from '../support/needs.ts';

needs('registry');

const IMAGE = { repository: 'nine-minds/alga-psa-ee', tag: '94446747' };
const NEIGHBOUR = { repository: 'library/redis', tag: '7.4.9-alpine' };
/** containerd keeps what it has fetched: each fault strikes an image of its own. */
const STRUCK = ['missing', 'unauthorized', 'rate-limited', 'server-error', 'other-architecture', 'cut'] as const;
const struck = (kind: string) => ({ repository: `vendor/${kind}`, tag: '1.0' });

let folder: string;
let registry: Registry;
let proxy: RegistryProxy;
let puller: Puller;
let log: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'registry-faults-'));
  registry = await startRegistry({ storage: path.join(folder, 'registry'), folder });
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  for (const image of [IMAGE, NEIGHBOUR, ...STRUCK.map(struck)]) {
    const layer = await makeLayer([{ text: image.repository.repeat(200_000), to: 'app/program' }], folder);
    await pushImage(registry.url, { ...image, layers: [layer], config: {}, architecture });
  }
  const port = await freePort('127.0.0.1');
  log = path.join(folder, 'requests.log');
  proxy = await startRegistryProxy({ address: '127.0.0.1', port, registry: registry.url, log });
  puller = await startPuller(path.join(folder, 'containerd'));
}, 60_000);
afterEach(() => proxy.setFaults([]));
afterAll(async () => {
  await puller?.stop();
  await proxy?.stop();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

const named = ({ repository, tag }: typeof IMAGE) => `${new URL(proxy.url).host}/${repository}:${tag}`;

describe('what containerd makes of a fault, which the kubelet passes on', () => {
  test.each([
    ['missing', /not found/],
    ['unauthorized', /401 Unauthorized/],
    ['rate-limited', /429 Too Many Requests/],
    ['server-error', /503 Service Unavailable/],
    ['other-architecture', /no match for platform in manifest/],
    ['cut', /connection reset by peer|unexpected EOF/],
  ] satisfies [(typeof STRUCK)[number], RegExp][])(
    '%s: its neighbour comes all the same, and it comes when the fault is gone',
    async (kind, says) => {
      const image = struck(kind);
      proxy.setFaults([{ kind, image: image.repository }]);
      const refused = await puller.pull(named(image));
      expect(refused.exitCode).not.toBe(0);
      expect(refused.all).toMatch(says);
      expect(await puller.pull(named(NEIGHBOUR))).toMatchObject({ exitCode: 0 });
      proxy.setFaults([]);
      const after = await puller.pull(named(image));
      expect(after.exitCode, after.all).toBe(0);
    },
  );
});

test('every answer is on record: who asked for what, and the status', async () => {
  proxy.setFaults([{ kind: 'missing', image: IMAGE.repository }]);
  const url = `/v2/${IMAGE.repository}/manifests/${IMAGE.tag}?asked=once`;
  const answer = await request(`${proxy.url}${url}`);
  await answer.body.dump();
  await expect.poll(() => readFile(log, 'utf8')).toContain(` 127.0.0.1 GET ${url} 404\n`);
});

describe("what the installer's preflight makes of a fault", () => {
  const lookUp = () =>
    registryPort({ APPLIANCE_REGISTRY_MIRROR: new URL(proxy.url).host }).lookUp(
      `ghcr.io/${IMAGE.repository}:${IMAGE.tag}`,
      AbortSignal.timeout(20_000),
    );

  test.each([
    ['missing', 'missing'],
    ['unauthorized', 'unauthorized'],
    ['rate-limited', 'rate-limited'],
    ['server-error', 'unreachable'],
  ] as const)('%s', async (kind, why) => {
    expect(await lookUp()).toMatchObject({ found: true });
    proxy.setFaults([{ kind, image: IMAGE.repository }]);
    expect(await lookUp()).toMatchObject({ found: false, why });
  });
});

test("another CPU's image is told by preflight as what it is", async () => {
  proxy.setFaults([{ kind: 'other-architecture', image: IMAGE.repository }]);
  const other = process.arch === 'x64' ? 'arm64' : 'amd64';
  const host = new URL(proxy.url).host;
  const answer = await registryPort({ APPLIANCE_REGISTRY_MIRROR: host }).lookUp(
    `ghcr.io/${IMAGE.repository}:${IMAGE.tag}`,
    AbortSignal.timeout(20_000),
  );
  expect(answer).toMatchObject({ found: true, platforms: [`linux/${other}`] });
});

describe('a layer that drips in', () => {
  const manifest = z.object({ layers: z.array(z.object({ digest: z.string(), size: z.number() })) });
  const read = async (what: string) => request(`${proxy.url}/v2/${IMAGE.repository}/${what}`);

  test('of 1.8 GB: that is what is declared, and it comes at the speed that was set', async () => {
    const bytesPerSecond = 1_900_000;
    proxy.setFaults([{ kind: 'slow', image: IMAGE.repository, bytesPerSecond, layerBytes: 1_800_000_000 }]);
    const answer = await read(`manifests/${IMAGE.tag}`);
    const heaviest = manifest.parse(await answer.body.json()).layers.at(-1);
    expect(heaviest?.size).toBe(1_800_000_000);
    const layer = await read(`blobs/${heaviest?.digest}`);
    expect(layer.headers['content-length']).toBe('1800000000');
    const started = performance.now();
    let bytes = 0;
    for await (const chunk of layer.body) {
      bytes += Buffer.from(chunk).length;
      if (performance.now() - started > 2_000) break;
    }
    const speed = bytes / ((performance.now() - started) / 1_000);
    expect(speed).toBeGreaterThan(bytesPerSecond / 2);
    expect(speed).toBeLessThan(bytesPerSecond * 1.2);
  }, 30_000);

  test('is pulled whole when the fault is gone, in the middle of a pull', async () => {
    proxy.setFaults([{ kind: 'slow', image: IMAGE.repository, bytesPerSecond: 100_000, layerBytes: 40_000_000 }]);
    const pulling = puller.pull(named(IMAGE));
    await vi.waitFor(async () => expect(await puller.underWay()).toMatch(/layer-sha256:\S+\s+\d/), { timeout: 20_000 });
    proxy.setFaults([]);
    const pulled = await pulling;
    expect(pulled.exitCode, pulled.all).toBe(0);
  });

  test('goes on where it was cut off', async () => {
    proxy.setFaults([{ kind: 'slow', image: IMAGE.repository, bytesPerSecond: 50_000_000, layerBytes: 1_000_000 }]);
    const answer = await read(`manifests/${IMAGE.tag}`);
    const digest = manifest.parse(await answer.body.json()).layers.at(-1)?.digest;
    const rest = await request(`${proxy.url}/v2/${IMAGE.repository}/blobs/${digest}`, {
      headers: { range: 'bytes=999990-' },
    });
    expect(rest.statusCode).toBe(206);
    expect(rest.headers['content-range']).toBe('bytes 999990-999999/1000000');
    expect((await rest.body.arrayBuffer()).byteLength).toBe(10);
  });
});

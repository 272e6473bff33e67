import { describe, expect, test, type TestContext, vi } from 'vitest';
import type { StatusDocument } from '../../model/status.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { OBSERVED } from '../../observation/resources.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { serveKubernetes, type ServedKubernetes } from '../support/fake-kubernetes/server.ts';
import { asOfNow } from './support/documents.ts';
import { startService, type Service } from './support/service.ts';

const SOON_MS = 2_000;
const objects = (): readonly KubernetesObject[] => asOfNow(appliance()).kubernetes?.items ?? [];
/** An API server and a service of it, both gone when the test is over. */
async function start(
  finished: TestContext['onTestFinished'],
  items: readonly KubernetesObject[] = objects(),
  prepare?: (api: ServedKubernetes) => void | Promise<void>,
) {
  const api = await serveKubernetes(items);
  finished(() => api.close());
  await prepare?.(api);
  const service = await startService(api.env);
  finished(async () => {
    await service.stop();
  });
  return { api, service };
}

const isSeen = ({ components }: StatusDocument) => components.some(({ status }) => status === 'ready');
const kubernetes = ({ sources }: StatusDocument) => sources.find(({ source }) => source === 'kubernetes');

/** Every page and document, and how long the slowest took. */
async function everything(service: Service): Promise<number> {
  const paths = ['/', '/diagnostics', '/api/status', '/api/overview', '/api/diagnostics', '/metrics', '/healthz'];
  const times = await Promise.all(
    paths.map(async (path) => {
      const began = Date.now();
      const answer = await service.ask(path);
      await answer.text();
      expect([path, answer.status]).toEqual([path, 200]);
      return Date.now() - began;
    }),
  );
  return Math.max(...times);
}

describe.concurrent('while the API server', () => {
  test('is gone, the last document is given, stale, with its age and who is missing; and it comes back by itself', async ({
    onTestFinished,
  }) => {
    const { api, service } = await start(onTestFinished);
    const before = await service.until<StatusDocument>(isSeen);
    expect(before.stale).toBe(false);
    await api.down();
    const gone = await service.until<StatusDocument>(({ stale }) => stale);
    expect(gone.rollup.state).toBe('unknown');
    expect(gone.rollup.message).toMatch(/Last seen: /);
    expect(kubernetes(gone)).toMatchObject({
      stale: true,
      error: expect.stringMatching(/ECONNREFUSED|socket hang up|ECONNRESET|aborted/),
    });
    expect(gone.components).toEqual(before.components);
    expect(gone.topBlockers[0]?.code).toBe('kubernetes-unreachable');
    await service.until<StatusDocument>((document) => (kubernetes(document)?.ageSeconds ?? 0) >= 3);
    expect(await everything(service)).toBeLessThan(SOON_MS);
    const page = await (await service.ask('/')).text();
    expect(page).toMatch(/The Kubernetes API<\/strong>\s+last answered/);
    expect(page).toContain('as last seen');
    const began = Date.now();
    const log = await service.ask('/api/pods/msp/db-0/log');
    expect(log.status).toBe(504);
    expect(Date.now() - began).toBeLessThan(SOON_MS);
    await api.up();
    const again = await service.until<StatusDocument>(({ stale }) => !stale, '/api/status', 40_000);
    expect(isSeen(again)).toBe(true);
  });

  test('falls silent without closing a connection, that is noticed', async ({ onTestFinished }) => {
    const { api, service } = await start(onTestFinished);
    await service.until<StatusDocument>(isSeen);
    api.silent = true;
    const silent = await service.until<StatusDocument>(({ stale }) => stale, '/api/status', 40_000);
    expect(kubernetes(silent)?.error).toMatch(/no answer within/);
    expect(await everything(service)).toBeLessThan(SOON_MS);
  });

  test('is slow by ten seconds, pages answer at once, and its slow answers count', async ({ onTestFinished }) => {
    const { service } = await start(onTestFinished, objects(), (api) => {
      // More than a look may take, and less than a list.
      api.delayMs = 10_000;
    });
    expect(await everything(service)).toBeLessThan(SOON_MS);
    const first = await service.until<StatusDocument>(
      (document) => kubernetes(document)?.error !== 'the Kubernetes API has not answered yet',
    );
    expect(first).toMatchObject({ stale: true, rollup: { state: 'unknown' } });
    expect(kubernetes(first)?.error).toMatch(/no answer within/);
    const seen = await service.until<StatusDocument>(isSeen, '/api/status', 60_000);
    expect(kubernetes(seen)?.observedAt).not.toBeNull();
    expect(await everything(service)).toBeLessThan(SOON_MS);
  }, 120_000);

  test('flaps, the service lives on and ends with the truth', async ({ onTestFinished }) => {
    const { api, service } = await start(onTestFinished);
    await service.until<StatusDocument>(isSeen);
    for (let round = 0; round < 6; round += 1) {
      await api.down();
      expect(await everything(service)).toBeLessThan(SOON_MS);
      await api.up();
      await new Promise((resolve) => setTimeout(resolve, 150 * round));
    }
    const after = await service.until<StatusDocument>(({ stale }) => !stale, '/api/status', 40_000);
    expect(isSeen(after)).toBe(true);
    expect(service.process.exitCode).toBeNull();
  });

  test('was never there, the page says what it waits for', async ({ onTestFinished }) => {
    const { service } = await start(onTestFinished, [], async (api) => api.down());
    const document = await service.until<StatusDocument>(
      (one) => kubernetes(one)?.error?.includes('ECONNREFUSED') === true,
    );
    expect(document).toMatchObject({ rollup: { state: 'unknown' }, observedAt: null, stale: true });
    expect(await (await service.ask('/')).text()).toMatch(/The Kubernetes API<\/strong>\s+has not answered yet/);
  });
});

describe.concurrent('before the rest exists', () => {
  test('no CoreDNS, no Flux, no application: it says what is not there yet, and grows with it', async ({
    onTestFinished,
  }) => {
    const node = objects().filter(({ kind }) => kind === 'Node' || kind === 'Lease');
    const { api, service } = await start(onTestFinished, node);
    const early = await service.until<StatusDocument>(({ stale }) => !stale);
    expect(early.rollup.state).not.toBe('fully_healthy');
    expect(early.tiers.core.ready).toBe(false);
    for (const object of objects()) api.put(object);
    await service.until<StatusDocument>(({ tiers }) => tiers.core.ready);
    for (const object of objects()) if (object.kind === 'Pod' && object.metadata.name === 'redis-0') api.remove(object);
    const { pods } = await service.until<{ pods: { name: string }[] }>(
      ({ pods: rows }) => !rows.some(({ name }) => name === 'redis-0'),
      '/api/pods',
    );
    expect(pods.length).toBeGreaterThan(10);
  });

  test('it lists once and follows from there', async ({ onTestFinished }) => {
    const { api, service } = await start(onTestFinished);
    await service.until<StatusDocument>(isSeen);
    const asked = (how: string) => api.asked.filter((one) => one.startsWith(how) && !one.endsWith('/log')).length;
    // Tests that run side by side share one `expect.poll`, which belongs to none of them.
    await vi.waitUntil(() => asked('WATCH') >= OBSERVED.length, { timeout: 15_000 });
    const before = asked('GET /api');
    for (const object of objects().slice(0, 20)) api.put(object);
    const [pod] = objects().filter(({ kind }) => kind === 'Pod');
    if (pod) api.put({ ...pod, metadata: { ...pod.metadata, name: 'a-new-one' } });
    await service.until<{ pods: { name: string }[] }>(
      ({ pods }) => pods.some(({ name }) => name === 'a-new-one'),
      '/api/pods',
    );
    expect(asked('GET /api')).toBe(before);
  });

  test('what may not be listed is named, and the rest is told', async ({ onTestFinished }) => {
    const { service } = await start(onTestFinished, objects(), (api) => {
      api.forbidden = /helmreleases/;
    });
    const document = await service.until<StatusDocument>(isSeen);
    expect(kubernetes(document)?.error).toContain('helmreleases');
    expect(document.stale).toBe(false);
  });
});

const oddEvent = (message: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'odd', namespace: 'msp' },
  involvedObject: { kind: 'Pod', namespace: 'msp', name: 'db-0' },
  type: 'Warning',
  reason: 'Odd<b>',
  message,
  lastTimestamp: new Date().toISOString(),
  count: 1,
});

test('what came from the cluster is text, never markup', async ({ onTestFinished }) => {
  const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'&';
  const { api, service } = await start(onTestFinished, [...objects(), oddEvent(evil)]);
  api.logText = `${evil}\n</pre><script>alert(3)</script>`;
  await service.until<StatusDocument>(({ recentEvents }) => recentEvents.length > 0);
  for (const path of ['/', '/diagnostics', '/pods/msp/db-0']) {
    const page = await (await service.ask(path)).text();
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script>|<img|<b>|onerror=alert\(1\)>/);
  }
});

test('what turns, hides or recolours text is left out', async ({ onTestFinished }) => {
  const { api, service } = await start(onTestFinished, [
    ...objects(),
    oddEvent('all \u202Ewell\u202C \u001B[31mred\u001B[0m \u0007end'),
  ]);
  api.logText = '10%\r20%\r\n\u001B[2Kdone \u202Egnp.exe\u0000\n';
  await service.until<StatusDocument>(({ recentEvents }) => recentEvents.length > 0);
  expect(await (await service.ask('/')).text()).toContain('all well red end');
  const log = '10%\n20%\ndone gnp.exe\n';
  expect(await (await service.ask('/api/pods/msp/db-0/log')).text()).toBe(log);
  expect(await (await service.ask('/pods/msp/db-0')).text()).toContain(log);
});

test('few logs are read at once: who comes too many is told to come again', async ({ onTestFinished }) => {
  const { api, service } = await start(onTestFinished);
  await service.until<StatusDocument>(isSeen);
  api.delayMs = 10_000;
  const answers = await Promise.all(Array.from({ length: 5 }, () => service.ask('/api/pods/msp/db-0/log')));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([503, 504, 504, 504, 504]);
});

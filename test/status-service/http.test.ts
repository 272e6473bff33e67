import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusDocument } from '../../model/status.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { serveKubernetes, type ServedKubernetes } from '../support/fake-kubernetes/server.ts';
import { asOfNow } from './support/documents.ts';
import { startService, TOKEN, type Service } from './support/service.ts';
import { openWire, raw } from './support/wire.ts';

const LOG = '/api/pods/msp/db-0/log';
const PAGES = ['/', '/diagnostics', '/pods', '/pods/msp/db-0'];
const FOR_PROGRAMS = [
  '/api/status',
  '/api/overview',
  '/api/diagnostics',
  '/api/pods',
  LOG,
  '/api/snapshot',
  '/metrics',
];
const CLOSED = [...PAGES, ...FOR_PROGRAMS, '/api/events'];

let api: ServedKubernetes;
let service: Service;
beforeAll(async () => {
  api = await serveKubernetes(asOfNow(appliance()).kubernetes?.items ?? []);
  service = await startService(api.env);
  await service.until<{ stale: boolean }>(({ stale }) => !stale);
});
afterAll(async () => {
  await service.stop();
  await api.close();
});

describe('without a token', () => {
  test.each(CLOSED)('%s is refused and says nothing', async (path) => {
    const answer = await service.get(path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    // The page gives back the address that was asked for, and nothing else of the cluster's.
    expect((await answer.text()).replaceAll(path, '')).not.toMatch(/alga-core|postgres|msp\//);
  });

  test.each(FOR_PROGRAMS)('%s says so in JSON', async (path) => {
    expect(await (await service.get(path)).json()).toMatchObject({ error: { code: 'unauthorized' } });
  });

  test('the health check and the page’s own style are open', async () => {
    const health = await service.get('/healthz');
    expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
    const login = await (await service.get('/')).text();
    const [style] = /\/assets\/page\.css\?v=\w+/.exec(login) ?? [];
    expect((await service.get(style ?? '')).headers.get('cache-control')).toContain('immutable');
  });
});

describe('with the token', () => {
  test.each(CLOSED.filter((path) => path !== '/api/events'))('%s answers', async (path) => {
    const answer = await service.ask(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await answer.text()).length).toBeGreaterThan(10);
  });

  test('/api/status is the published document', async () => {
    const document: unknown = await (await service.ask('/api/status')).json();
    expect(statusDocument.safeParse(document).error).toBeUndefined();
    expect(document).toMatchObject({ siteId: 'site-1', stale: false, urls: { statusUrl: 'http://192.0.2.10:8080' } });
  });

  test('/api/diagnostics has tiers, components, blockers, events, Flux, Helm and the way to support', async () => {
    const body: unknown = await (await service.ask('/api/diagnostics')).json();
    expect(body).toMatchObject({
      tiers: { core: { ready: true } },
      components: expect.arrayContaining([expect.objectContaining({ name: 'db', status: 'ready' })]),
      blockers: expect.any(Array),
      events: [],
      flux: expect.arrayContaining([
        expect.objectContaining({ kind: 'Kustomization', name: 'alga-core', health: 'ready' }),
      ]),
      helm: expect.arrayContaining([expect.objectContaining({ name: 'temporal', health: 'ready' })]),
      supportBundle: { snapshot: '/api/snapshot' },
    });
  });

  test('the snapshot is one that a diagnosis reads, with no secret in it', async () => {
    const answer = await service.ask('/api/snapshot');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="snapshot-site-1.json"');
    const snapshot = (await answer.json()) as { kind: string; kubernetes: { items: unknown[] } };
    expect(snapshot.kind).toBe('Snapshot');
    expect(snapshot.kubernetes.items.length).toBeGreaterThan(50);
    expect(JSON.stringify(snapshot)).not.toContain('service-account-token-of-the-test');
  });

  test('the events begin with the present document', async () => {
    const answer = await service.ask('/api/events', { signal: AbortSignal.timeout(5_000) });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('\n\ndata:') || /data: .*\n\n/.test(text)) break;
    }
    const data: unknown = JSON.parse(/data: (.*)\n/.exec(text)?.[1] ?? 'null');
    expect(text).toContain('event: status');
    expect(statusDocument.safeParse(data).success).toBe(true);
  });

  test('a log comes redacted, and only of pods that are there', async () => {
    api.logText = 'starting\nconnecting to postgres://app_user:hunter2secret@db:5432/server\n';
    expect(await (await service.ask(`${LOG}?tail=50`)).text()).toBe(
      'starting\nconnecting to postgres://app_user:[redacted]@db:5432/server\n',
    );
    expect((await service.ask('/api/pods/msp/nothing-here/log')).status).toBe(404);
    expect((await service.ask(`${LOG}?container=other`)).status).toBe(404);
    expect((await service.ask('/api/pods/kube-system/..%2f..%2fsecrets/log')).status).toBe(404);
  });

  test('a log that may not be read says so', async () => {
    api.forbidden = /\/log$/;
    const answer = await service.ask(LOG);
    api.forbidden = null;
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('not allowed to read logs');
  });

  test('the metrics are in Prometheus’ format', async () => {
    const text = await (await service.ask('/metrics')).text();
    expect(text).toMatch(/^appliance_state\{state="[a-z_]+"\} 1$/m);
    expect(text).toMatch(/^appliance_tier_ready\{tier="core"\} 1$/m);
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) .+|[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [\d.e+-]+)$/);
  });
});

describe('what nobody needs', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused with what is allowed', async (method) => {
    for (const path of ['/', '/api/status', '/healthz', '/no/such/place']) {
      const answer = await service.ask(path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    const session = await service.get('/session');
    expect([session.status, session.headers.get('allow')]).toEqual([405, 'POST']);
  });

  // The body is never sent, or never ends: who is refused unread hears so at once, and the connection is closed.
  test.each([
    ['announced', 'Content-Length: 2000000\r\n\r\n'],
    ['in pieces', `Transfer-Encoding: chunked\r\n\r\n2000\r\n${'x'.repeat(0x2000)}\r\n`],
  ])('a huge body, %s, is refused unread', async (_, rest) => {
    const type = 'Content-Type: application/x-www-form-urlencoded';
    for (const [path, method] of [
      ['/session', 'POST'],
      ['/api/status', 'GET'],
    ]) {
      const sent = openWire(service.url, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${type}\r\n${rest}`);
      await sent.closed;
      expect(sent.heard()).toMatch(/^HTTP\/1\.1 413 /);
      expect(sent.heard()).toContain('The request body may have at most 4096 bytes.');
    }
    expect((await service.get('/healthz')).status).toBe(200);
  });

  test.each([
    '/../../etc/passwd',
    '/assets/../../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/main.ts',
    '/api/pods/..%2f..%2f/x/log',
    '/assets/page.css/..%00',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await raw(service.url, path, { authorization: `Bearer ${TOKEN}` });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toContain('root:');
  });

  test('everything has the headers that keep a browser from doing more', async () => {
    for (const path of ['/', '/api/status', '/healthz', '/no/such/place']) {
      const { headers } = await service.ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});

describe('settings', () => {
  test('outside a cluster it starts all the same and answers unknown', async () => {
    const alone = await startService({ APP_URL: 'http://192.0.2.10:3000' });
    expect(await (await alone.ask('/api/status')).json()).toMatchObject({
      rollup: { state: 'unknown' },
      stale: true,
      siteId: 'site-1',
    });
    expect((await alone.ask('/')).status).toBe(200);
    expect(await alone.stop()).toBe(0);
  });

  test('wrong ones are named all at once, without their values', async () => {
    const wrong = startService({ PORT: 'eighty', APP_URL: 'ftp://secret-host', STATUS_SOURCE: 'guess' });
    await expect(wrong).rejects.toThrow(
      /ended with 2[\s\S]*PORT: .*; APP_URL: expected an http or https URL; STATUS_SOURCE/,
    );
    await expect(wrong).rejects.not.toThrow(/secret-host/);
  });

  test('without a token nothing opens the page', async () => {
    const closed = await startService({ STATUS_TOKEN: '' });
    expect((await closed.get('/healthz')).status).toBe(200);
    for (const headers of [{ authorization: 'Bearer ' }, { authorization: 'Bearer x' }, {}])
      expect((await closed.get('/api/status', { headers })).status).toBe(401);
    await closed.stop();
  });
});

test('the overview says in single fields how far the appliance is, where people log in, and what to do next', async () => {
  const read = async (of: Service, path: string): Promise<unknown> => (await of.ask(path)).json();
  const document = statusDocument.parse(await read(service, '/api/status'));
  expect(await read(service, '/api/overview')).toMatchObject({
    installState: document.rollup.state,
    message: document.rollup.message,
    nextAction: document.rollup.nextAction,
    loginUrl: document.urls.loginUrl,
  });
  const items = (asOfNow(appliance()).kubernetes?.items ?? []).filter(({ kind }) => kind !== 'Job');
  const early = await serveKubernetes(items);
  const other = await startService(early.env);
  try {
    await other.until<{ stale: boolean }>(({ stale }) => !stale);
    expect(await read(other, '/api/overview')).toMatchObject({ currentPhase: 'bootstrap' });
  } finally {
    await other.stop();
    await early.close();
  }
});

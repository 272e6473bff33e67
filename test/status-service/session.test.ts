import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startService, TOKEN, type Service } from './support/service.ts';
import { openWire, raw } from './support/wire.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
});

const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';

describe('the token', () => {
  test('in the address is exchanged for a cookie that holds none of it, and a clean address', async () => {
    const answer = await service.get(`/diagnostics?token=${TOKEN}&x=1`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/diagnostics?x=1']);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
    expect((await service.get('/api/status', { headers })).status).toBe(200);
    const forged = { cookie: headers.cookie.replace(/=\d+/, `=${Math.floor(Date.now() / 1000) + 999_999}`) };
    expect((await service.get('/api/status', { headers: forged })).status).toBe(401);
  });

  test('in the address of what programs ask is answered at once, with JSON and without a session', async () => {
    for (const path of ['/api/status', '/api/overview']) {
      const answer = await service.get(`${path}?token=${TOKEN}`);
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(await answer.json()).toBeTypeOf('object');
      const wrong = await service.get(`${path}?token=no-such-token`);
      expect(wrong.status).toBe(401);
      expect(await wrong.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
    expect(service.output()).not.toContain(TOKEN);
  });

  test('never leads to another host', async () => {
    for (const path of ['//evil.example', '///evil.example/', '/%2f%2fevil.example'])
      expect((await raw(service.url, `${path}?token=${TOKEN}`)).location ?? '/').toMatch(/^\/(?!\/)/);
  });

  test('can be typed, and leads where the person wanted to go', async () => {
    const typed = (path: string, token = TOKEN) =>
      service.get('/session', { method: 'POST', body: new URLSearchParams({ token, path }) });
    const answer = await typed('/diagnostics');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/diagnostics']);
    expect(answer.headers.get('set-cookie')).toContain('HttpOnly');
    expect((await typed('//evil.example')).headers.get('location')).toBe('/');
    const wrong = await typed('/', 'no-such-token');
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toContain('Wrong token');
  });

  test('is nowhere in what the service writes', async () => {
    await service.get(`/?token=${TOKEN}`);
    await service.get('/?token=a-wrong-one-of-somebody');
    expect(service.output()).not.toContain(TOKEN);
    expect(service.output()).not.toContain('a-wrong-one-of-somebody');
  });
});

describe('a session', () => {
  test('of one site is not that of another on the same machine, as a browser sees it', async () => {
    const other = await startService({ SITE_ID: 'site-2' });
    onTestFinished(async () => {
      await other.stop();
    });
    const cookies = await Promise.all([service, other].map(async (one) => cookieOf(await one.get(`/?token=${TOKEN}`))));
    expect(new Set(cookies.map((cookie) => cookie.split('=', 1)[0])).size).toBe(2);
    const headers = { cookie: cookies.join('; ') };
    expect((await service.get('/api/status', { headers })).status).toBe(200);
    expect((await other.get('/api/status', { headers })).status).toBe(200);
  });

  test('is ended by its own button only', async () => {
    const cookie = cookieOf(await service.get(`/?token=${TOKEN}`));
    const end = (headers: Record<string, string>) => service.get('/session/end', { method: 'POST', headers });
    expect((await end({ cookie })).headers.get('set-cookie')).toMatch(/Max-Age=0/);
    // A form of another site is sent without the cookie.
    expect((await end({})).headers.get('set-cookie')).toBeNull();
  });

  test('that somebody made up opens nothing, whatever it says', async () => {
    const [name = ''] = cookieOf(await service.get(`/?token=${TOKEN}`)).split('=', 1);
    for (const value of ['', 'x', '99999999999.', `99999999999.${'A'.repeat(43)}`, TOKEN, '%00', '1e9.x'])
      expect((await service.get('/', { headers: { cookie: `${name}=${value}` } })).status).toBe(401);
  });
});

test('a rotated token is taken without a restart, and ends the sessions of the old one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'status-token-'));
  const file = join(folder, 'token');
  await writeFile(file, 'the-first-token\n');
  const rotating = await startService({ STATUS_TOKEN: '', STATUS_TOKEN_FILE: file });
  const with_ = (token: string) => rotating.get('/api/status', { headers: { authorization: `Bearer ${token}` } });
  expect((await with_('the-first-token')).status).toBe(200);
  const cookie = (await rotating.get('/?token=the-first-token')).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  await writeFile(`${file}.new`, 'the-second-token\n');
  await rename(`${file}.new`, file);
  await expect.poll(async () => (await with_('the-second-token')).status, { timeout: 5_000, interval: 300 }).toBe(200);
  expect((await with_('the-first-token')).status).toBe(401);
  expect((await rotating.get('/api/status', { headers: { cookie } })).status).toBe(401);
  await rotating.stop();
  await rm(folder, { recursive: true });
});

test('after ten wrong tokens an address waits, whatever it says then', async () => {
  const guessed = await startService();
  const attempt = (token: string) => guessed.get('/api/status', { headers: { authorization: `Bearer ${token}` } });
  for (let count = 0; count < 10; count += 1)
    expect((await attempt(`guess-${count}`)).status).toBe(count < 9 ? 401 : 429);
  const refused = await attempt(TOKEN);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await guessed.get('/healthz')).status).toBe(200);
  await guessed.stop();
});

test('a stream ends with the token that opened it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'status-token-'));
  const file = join(folder, 'token');
  await writeFile(file, TOKEN);
  const rotating = await startService({ STATUS_TOKEN: '', STATUS_TOKEN_FILE: file });
  const listener = openWire(
    rotating.url,
    `GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
  );
  onTestFinished(async () => {
    listener.socket.destroy();
    await rotating.stop();
    await rm(folder, { recursive: true });
  });
  await expect.poll(() => listener.heard()).toContain('event: status');
  expect(listener.heard()).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-security-policy: /);
  await writeFile(file, 'another-token');
  // The last piece of an answer in pieces: the end, and not a cut.
  await expect.poll(() => listener.heard()).toMatch(/\r\n0\r\n\r\n$/);
});

test('who guesses locks out neither a neighbour nor who is signed in, whatever address they claim', async () => {
  const guessed = await startService();
  onTestFinished(async () => {
    await guessed.stop();
  });
  const cookie = cookieOf(await guessed.get(`/?token=${TOKEN}`));
  const from = (localAddress: string, headers: Record<string, string>): Promise<number> => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    request(`${guessed.url}/api/status`, { localAddress, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
    return promise;
  };
  for (let count = 0; count < 10; count += 1)
    await from('127.0.0.1', { authorization: `Bearer guess-${count}`, 'x-forwarded-for': `203.0.113.${count}` });
  const right = { authorization: `Bearer ${TOKEN}` };
  expect(await from('127.0.0.1', { ...right, 'x-forwarded-for': '198.51.100.7' })).toBe(429);
  expect(await from('127.0.0.1', { cookie })).toBe(200);
  expect(await from('127.0.0.2', right)).toBe(200);
});

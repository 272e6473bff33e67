import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { httpPort } from '../../../activities/adapters/http.ts';

const signal = AbortSignal.timeout(30_000);

test('a redirect is an answer and is not followed; the server’s clock comes with it', async () => {
  const url = await served((_, response) => {
    response.writeHead(307, { location: '/msp/dashboard', date: 'Fri, 01 May 2026 12:00:00 GMT' });
    response.end();
  });
  expect(await httpPort().get(url, { signal, timeoutMs: 5_000 })).toEqual({
    status: 307,
    location: '/msp/dashboard',
    date: new Date('2026-05-01T12:00:00Z'),
    error: null,
  });
});

test('a refused connection, a name that is none and a long silence are answers in words', async () => {
  const get = (url: string): Promise<unknown> => httpPort().get(url, { signal, timeoutMs: 200 });
  expect(await get('http://127.0.0.1:1/')).toMatchObject({ status: null, error: 'connect ECONNREFUSED 127.0.0.1:1' });
  expect(await get('http://no-such-name.invalid/')).toMatchObject({
    status: null,
    error: expect.stringContaining('no-such-name.invalid'),
  });
  const url = await served(() => undefined);
  expect(await get(url)).toMatchObject({ status: null, error: 'no answer within 0.2 s' });
});

test('of a long page only the head is read', async () => {
  const url = await served((_, response) => {
    const page = 'x'.repeat(5_000_000);
    response.writeHead(200, { 'content-length': page.length });
    response.end(page);
  });
  expect(await httpPort().get(url, { signal, timeoutMs: 5_000 })).toMatchObject({ status: 200, error: null });
});

test('the caller’s own end is no answer', async () => {
  const url = await served(() => undefined);
  const reason = new Error('cancelled');
  await expect(httpPort().get(url, { signal: AbortSignal.abort(reason), timeoutMs: 5_000 })).rejects.toBe(reason);
});

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
}

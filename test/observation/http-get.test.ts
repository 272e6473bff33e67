import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { httpGet } from '../../observation/index.ts';

const never = new AbortController().signal;

async function served(handler: Parameters<typeof createServer>[1], ask: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const isAddress = (value: typeof address): value is AddressInfo => typeof value === 'object' && value !== null;
  if (!isAddress(address)) throw new Error('the server has no address');
  try {
    await ask(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('the login probe', () => {
  it('gives status and Location and follows no redirect', async () => {
    let asked = 0;
    await served(
      (_request, response) => {
        asked += 1;
        response.writeHead(307, { location: '/msp/dashboard' }).end();
      },
      async (url) => {
        expect(await httpGet(url, { signal: never, timeoutMs: 2000 })).toEqual({
          status: 307,
          location: '/msp/dashboard',
          error: null,
        });
      },
    );
    expect(asked).toBe(1);
  });

  it('is content with the head of a page that never ends', async () => {
    await served(
      (_request, response) => {
        response.writeHead(200).write('<html>');
      },
      async (url) => {
        expect(await httpGet(url, { signal: never, timeoutMs: 2000 })).toMatchObject({ status: 200, error: null });
      },
    );
  });

  it('says in words that nothing answers in time', async () => {
    await served(
      () => undefined,
      async (url) => {
        expect(await httpGet(url, { signal: never, timeoutMs: 150 })).toEqual({
          status: null,
          location: null,
          error: 'no answer within 0.15 s',
        });
      },
    );
  });

  it('says who refused', async () => {
    let closed = '';
    await served(
      () => undefined,
      async (url) => {
        closed = url;
      },
    );
    expect(await httpGet(closed, { signal: never, timeoutMs: 2000 })).toMatchObject({
      status: null,
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('rejects when its caller gives up', async () => {
    const abort = new AbortController();
    await served(
      () => abort.abort(new Error('enough')),
      async (url) => {
        await expect(httpGet(url, { signal: abort.signal, timeoutMs: 5000 })).rejects.toThrow('enough');
      },
    );
  });
});

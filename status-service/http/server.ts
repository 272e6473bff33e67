import { createServer, Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Env } from './context.ts';

const MOST_CONNECTIONS = 1_000;
/** Enough for a class of people behind one address, too few for one address to keep the others out. */
const MOST_PER_ADDRESS = 600;
const MOST_HEADER_BYTES = 16 * 1024;
const HEADERS_MS = 8_000;
const REQUEST_MS = 12_000;
const KEEP_ALIVE_MS = 5_000;
const LOOK_MS = 2_000;
/** A connection on which nothing moves; streams have a heartbeat more often than this. */
const IDLE_MS = 40_000;

/** Does not listen yet. Clients that send or read too slowly, or open too many connections, are disconnected. */
export function createHttpServer(app: Hono<Env>): Server {
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: {
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: LOOK_MS,
    },
  });
  if (!(server instanceof Server)) throw new TypeError('an HTTP/1 server was expected');
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = IDLE_MS;
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? 'unknown';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > MOST_PER_ADDRESS) socket.destroy();
  });
  return server;
}

import { request } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A connection of which the test sends and hears every byte; no client tidies anything up. */
export interface Wire {
  readonly socket: Socket;
  /** What has come so far. */
  heard(): string;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
}

/** Sends the text unchanged over a new connection. */
export function openWire(address: string, text: string): Wire {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  // A connection that is cut off ends with an error at times: `closed` tells.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(text);
  return { socket, heard: () => heard, closed };
}

/** Asks a service for a path as it is: fetch would tidy it up first. */
export function raw(
  address: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string; location: string | undefined }> {
  const { hostname, port } = new URL(address);
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    body: string;
    location: string | undefined;
  }>();
  request({ hostname, port, path, headers }, (answer) => {
    let body = '';
    answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, location: answer.headers.location }));
  })
    .on('error', reject)
    .end();
  return promise;
}

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { PrivateFolder } from '../site-folder/index.ts';
import { isAlive } from '../system/processes.ts';
import { serverFolder } from './server-state.ts';
import { readingCodec } from './site-codec.ts';

/** A codec for other programs on this machine, such as Temporal's own CLI: https://docs.temporal.io/codec-server */
export interface CodecServer {
  readonly endpoint: string;
  /** Contains the value of the header Authorization that opens it: created for each server, and deleted with it. */
  readonly tokenFile: string;
  close(): Promise<void>;
}

export interface CodecOptions {
  readonly home: string;
  /** The site whose payloads are decrypted; those of another site are shown as refused. */
  readonly siteId: string;
  readonly environment: NodeJS.ProcessEnv;
  /** 0: any free port. */
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';
const TOKEN_BYTES = 32;
/** The bodies of a page of a history: more than the server's own limit of 4 MB for one message, in base64. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_PAYLOADS = 10_000;
const REQUEST_TIMEOUT_MS = 10_000;
const MOST_CONNECTIONS = 16;
const TOKEN_FILE = /^codec-(\d+)-\d+\.token$/;

const base64 = z.base64();
/** temporal.api.common.v1.Payloads as JSON (protobuf's own mapping). */
const payloads = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() }))
    .max(MOST_PAYLOADS)
    .default([]),
});

/**
 * Opens a server on loopback that decrypts a site's payloads for clients with its token. It encrypts nothing: it is for reading only.
 * Temporal's CLI does not say in which workflow it found a payload: a payload is decrypted with the place that it names itself (in clear,
 * in its metadata `place`), so a moved one is shown like any other. Throws if the port is in use.
 */
export async function openCodecServer({ home, siteId, environment, port }: CodecOptions): Promise<CodecServer> {
  const codec = readingCodec(home, siteId, environment);
  const authorization = `Bearer ${randomBytes(TOKEN_BYTES).toString('hex')}`;
  const server = createServer((request, response) => {
    void respond(response, answer(request, { codec, authorization, hosts: hostsOf(server) }));
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const folder = serverFolder(home);
  const name = `codec-${process.pid}-${portOf(server)}.token`;
  try {
    await sweep(folder);
    await folder.write(name, `${authorization}\n`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    endpoint: `http://${LOOPBACK}:${portOf(server)}`,
    tokenFile: folder.path(name),
    close: async () => {
      await close();
      await folder.remove(name);
    },
  };
}

/** A token file outlives a killed server, though it opens nothing any more. */
async function sweep(folder: PrivateFolder): Promise<void> {
  for (const name of await folder.list()) {
    const [, pid] = TOKEN_FILE.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await folder.remove(name);
  }
}

async function respond(response: ServerResponse, answered: Promise<Answer>): Promise<void> {
  const { status, body } = await answered;
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    // The rest of a refused request is not read.
    ...(status !== 200 && { connection: 'close' }),
  });
  response.end(JSON.stringify(body));
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Door {
  readonly codec: Pick<PayloadCodec, 'decode'>;
  readonly authorization: string;
  readonly hosts: readonly string[];
}

/** A web page in a browser of this machine can reach loopback: its requests have an origin, or another host after DNS rebinding. */
async function answer(request: IncomingMessage, { codec, authorization, hosts }: Door): Promise<Answer> {
  const { headers, method, url } = request;
  if (headers.origin !== undefined || !hosts.includes(headers.host ?? ''))
    return refusal(403, 'only for programs on this machine, not for a browser');
  if (!isSame(headers.authorization ?? '', authorization)) return refusal(401, 'the token is missing or wrong');
  if (url !== '/decode' && url !== '/encode') return refusal(404, 'expected /decode');
  if (method !== 'POST') return refusal(405, 'expected POST');
  const text = await bodyOf(request);
  if (text === null) return refusal(413, `more than ${MOST_BYTES} bytes, or incomplete`);
  const given = payloads.safeParse(jsonIn(text));
  if (!given.success) return refusal(400, 'expected payloads of Temporal as JSON');
  if (url === '/encode') {
    // A query without arguments has nothing to encrypt, but sends the request nonetheless.
    if (given.data.payloads.length === 0) return { status: 200, body: given.data };
    return refusal(403, 'this codec only decodes: use the commands of appliance-client');
  }
  try {
    const decoded = await codec.decode(given.data.payloads.map(fromJson));
    return { status: 200, body: { payloads: decoded.map(toJson) } };
  } catch (error) {
    return refusal(400, error instanceof Error ? error.message : 'the payload cannot be decrypted');
  }
}

function refusal(status: number, message: string): Answer {
  return { status, body: { message } };
}

/** In constant time, so that a token cannot be found by trying. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Null if it is too long, or the connection broke. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > MOST_BYTES) return null;
      chunks.push(bytes);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type JsonPayload = z.infer<typeof payloads>['payloads'][number];

function fromJson({ metadata = {}, data = '' }: JsonPayload): Payload {
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
    data: Buffer.from(data, 'base64'),
  };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, text(value)])),
    data: text(data ?? new Uint8Array()),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function hostsOf(server: Server): string[] {
  return [LOOPBACK, 'localhost'].map((name) => `${name}:${portOf(server)}`);
}

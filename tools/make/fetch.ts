import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch } from 'undici';

/** A machine that is offline must notice quickly: the next way is a build that needs no such server. */
const CONNECT_TIMEOUT_MS = 5_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** The longest silence in the middle of a download. */
const BODY_TIMEOUT_MS = 30_000;

/** A download that did not work; the message says which server and what it did. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** True when the same request may work at once: the connection broke while data came. */
  readonly cut: boolean;
  constructor(message: string, cut = false, options?: ErrorOptions) {
    super(message, options);
    this.cut = cut;
  }
}

/** Bytes of a download: so far, and in all where the server says it. */
export interface Bytes {
  readonly received: number;
  readonly total: number | undefined;
}

/** The surroundings of a request; the environment names proxies. */
export interface FetchContext {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** A small text file, such as a list of checksums. HTTPS_PROXY and NO_PROXY are obeyed. */
export async function fetchText(url: string, context: FetchContext): Promise<string> {
  return request(url, context, async (response) => response.text());
}

/**
 * Downloads into a file.
 * @returns the SHA-256 of what was written, in hexadecimal
 */
export async function fetchToFile(
  url: string,
  file: string,
  context: FetchContext,
  onBytes: (bytes: Bytes) => void,
): Promise<string> {
  return request(url, context, async (response) => {
    if (response.body === null) throw new DownloadError(`${new URL(url).host} sent an empty answer`);
    const length = Number(response.headers.get('content-length'));
    const total = length > 0 ? length : undefined;
    const hash = createHash('sha256');
    let received = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        received += chunk.length;
        hash.update(chunk);
        onBytes({ received, total });
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(file, { mode: 0o600 }));
    return hash.digest('hex');
  });
}

type Response = Awaited<ReturnType<typeof fetch>>;

async function request<T>(
  url: string,
  { env, signal }: FetchContext,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const { host } = new URL(url);
  const dispatcher = new EnvHttpProxyAgent({
    ...proxiesOf(env),
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_TIMEOUT_MS,
  });
  let answered = false;
  try {
    const response = await fetch(url, { dispatcher, signal });
    answered = true;
    if (!response.ok) throw new DownloadError(`${host} answered ${response.status} ${response.statusText}`.trim());
    return await read(response);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    const code = codeOf(error);
    if (answered && isLocal(code)) throw error;
    if (answered) throw new DownloadError(`the connection to ${host} was cut (${code})`, true, { cause: error });
    throw new DownloadError(connectFailure(host, code), false, { cause: error });
  } finally {
    await dispatcher.destroy();
  }
}

function proxiesOf(env: NodeJS.ProcessEnv): { httpProxy?: string; httpsProxy?: string; noProxy?: string } {
  const httpProxy = env['http_proxy'] ?? env['HTTP_PROXY'];
  const httpsProxy = env['https_proxy'] ?? env['HTTPS_PROXY'];
  const noProxy = env['no_proxy'] ?? env['NO_PROXY'];
  return { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) };
}

function connectFailure(host: string, code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${host} cannot be resolved (${code})`;
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `${host} cannot be reached within ${CONNECT_TIMEOUT_MS / 1000} s`;
    case 'UND_ERR_HEADERS_TIMEOUT':
      return `${host} did not answer within ${HEADERS_TIMEOUT_MS / 1000} s`;
    default:
      return `${host} cannot be reached (${code})`;
  }
}

/** Faults of the disk, which another download would not fix. */
function isLocal(code: string): boolean {
  return ['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EIO'].includes(code);
}

/** The innermost error code: undici wraps what the socket said. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return codeOf(error.cause);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message;
}

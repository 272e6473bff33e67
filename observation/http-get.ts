import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { errorWords } from './error-words.ts';

export interface HttpOptions {
  readonly signal: AbortSignal;
  /** Covers connection, head and body. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many bytes of the body are read; none without it. A longer body is an error. */
  readonly bodyBytes?: number;
}

/** Answer of one GET that follows no redirect. A connection that fails is an answer with `error`. */
export interface HttpAnswer {
  readonly status: number | null;
  readonly location: string | null;
  readonly error: string | null;
  /** Only if it was asked for and was read completely. */
  readonly body?: string;
}

/** The one GET by which client and page ask for the login page. Throws only when the caller's own signal is aborted. */
export async function httpGet(url: string, options: HttpOptions): Promise<HttpAnswer> {
  const { timeoutMs, bodyBytes = 0, headers = {} } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  try {
    const get = new URL(url).protocol === 'https:' ? getHttps : getHttp;
    const asked = get(url, {
      headers: { accept: 'text/html', 'user-agent': 'appliance-client', ...headers },
      agent: false,
      signal,
    });
    asked.on('response', resolve).on('error', reject);
    const response = await promise;
    // The rest of the body is cut off, and that is no error.
    asked.off('error', reject).on('error', () => undefined);
    const answer = { status: response.statusCode ?? null, location: response.headers.location ?? null, error: null };
    if (bodyBytes === 0) {
      response.on('error', () => undefined).destroy();
      return answer;
    }
    const body = await bodyOf(response, bodyBytes);
    return body === null ? { ...answer, error: `more than ${bodyBytes} bytes` } : { ...answer, body };
  } catch (error) {
    options.signal.throwIfAborted();
    return { status: null, location: null, error: errorWords(signal.aborted ? signal.reason : error, timeoutMs) };
  }
}

async function bodyOf(response: IncomingMessage, most: number): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    length += part.length;
    // Leaving the loop destroys the response.
    if (length > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

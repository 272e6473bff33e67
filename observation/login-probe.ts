import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import type { LoginProbe } from '../model/status.ts';
import { errorWords } from './error-words.ts';

/**
 * Takes the application's URL, asks for it once without following a redirect; gives status and Location, or the error in
 * words (refused, time-out, TLS). Rejects only when the caller's own signal was aborted.
 */
export async function probeLogin(
  url: string,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<LoginProbe> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  try {
    const get = new URL(url).protocol === 'https:' ? getHttps : getHttp;
    const asked = get(url, {
      headers: { accept: 'text/html', 'user-agent': 'appliance-client' },
      agent: false,
      signal,
    });
    asked.on('response', resolve).on('error', reject);
    const answer = await promise;
    // Only status and Location are wanted. The rest is cut off, and that is no error.
    asked.off('error', reject).on('error', () => undefined);
    answer.on('error', () => undefined).destroy();
    return { status: answer.statusCode ?? null, location: answer.headers.location ?? null, error: null };
  } catch (error) {
    options.signal.throwIfAborted();
    return {
      status: null,
      location: null,
      error: errorWords(signal.aborted ? signal.reason : error, options.timeoutMs),
    };
  }
}

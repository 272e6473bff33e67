export interface HttpOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly headers?: Record<string, string>;
}

/** Answer of one GET that follows no redirect. A connection that fails is an answer with `error`. */
export interface HttpAnswer {
  readonly status: number | null;
  readonly location: string | null;
  readonly error: string | null;
}

/** Takes a URL, asks it once and reads no body. Throws only when the caller's signal is aborted. */
export async function get(url: string, { signal, timeoutMs, headers }: HttpOptions): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: headers ?? {},
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return { status: response.status, location: response.headers.get('location'), error: null };
  } catch (error) {
    signal.throwIfAborted();
    return { status: null, location: null, error: reason(error, timeoutMs) };
  }
}

/** Takes what fetch failed with, gives what failed in words: fetch itself says only "fetch failed", the cause says more. */
export function reason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1000} s`;
  if (error.cause instanceof AggregateError) return error.cause.errors.map((one) => reason(one, timeoutMs)).join('; ');
  return error.cause instanceof Error ? error.cause.message : error.message;
}

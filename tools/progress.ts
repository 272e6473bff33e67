import prettyMilliseconds from 'pretty-ms';

/** No silence over ten seconds: a line at least this often while something runs. */
const INTERVAL_MS = 8_000;

/** A duration for people: `1m 20s`. */
export function duration(milliseconds: number): string {
  return prettyMilliseconds(Math.max(0, milliseconds), { secondsDecimalDigits: 0 });
}

/**
 * Runs the work and writes a line every eight seconds until it ends.
 * @param line makes the line from the milliseconds so far
 */
export async function withProgress<T>(
  onProgress: ((line: string) => void) | undefined,
  line: (elapsedMs: number) => string,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const timer = setInterval(() => onProgress?.(line(performance.now() - started)), INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

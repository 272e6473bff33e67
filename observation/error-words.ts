/** The time-out, or the innermost reason. */
export function errorWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${timeoutMs / 1000} s`;
  const inner: unknown =
    error instanceof AggregateError ? error.errors.find((one) => one instanceof Error) : error.cause;
  const innerWords = inner instanceof Error ? inner.message : '';
  if (!error.message) return innerWords || error.name;
  return innerWords && !error.message.includes(innerWords) ? `${error.message}: ${innerWords}` : error.message;
}

/** A name with several addresses fails with one error for each address, and some clients wrap the reason. */
export function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return error instanceof Error && error.cause instanceof Error ? causeOf(error.cause) : error;
}

/** The reason in the words of the program that reported it. */
export function wordsOf(error: unknown): string {
  const cause = causeOf(error);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']);

/** Says whether a connection failed because its host's name cannot be resolved. */
export function isUnresolved(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof Error && 'code' in cause && DNS_CODES.has(String(cause.code));
}

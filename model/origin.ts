/** Scheme, host and port. Without a user name, whose password links in e-mails would carry; slashes may follow. */
const ORIGIN = /^https?:\/\/[^/\\?#@\s]+\/*$/i;

/**
 * Takes a URL as a person wrote it, gives its origin as charts take it (charts/definitions.json, `url`): scheme and host in lower
 * case, no port that goes without saying, no slash at the end. Null where the URL is more than that, or none.
 */
export function originOf(text: string): string | null {
  return ORIGIN.test(text) && URL.canParse(text) ? new URL(text).origin : null;
}

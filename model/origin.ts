/** Scheme, host and port; slashes may follow. No user name: links in e-mails would carry its password. */
const ORIGIN = /^https?:\/\/[^/\\?#@\s]+\/*$/i;

/**
 * The origin of a URL in the form of the charts (charts/definitions.json, `url`): scheme and host in lowercase, no default port, no
 * slash at the end. Null if the URL has further parts, or is not one.
 */
export function originOf(text: string): string | null {
  return ORIGIN.test(text) && URL.canParse(text) ? new URL(text).origin : null;
}

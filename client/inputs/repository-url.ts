/** The part before the host that may hold a password, or a token in place of the name. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)\/*([^/\s]*)@/i;
/** The short form of ssh, `user@host:path`: what stands before its first `@` may hold a password, too. */
const SHORT = /^([^/:@\s]*):([^/@\s]*)@/;

/**
 * Whether the URL of a repository reveals a secret: a name before the host of https is often a token (GitHub accepts one there), that
 * of ssh is the account's and no secret.
 */
export function hasCredentials(url: string): boolean {
  if (!url.includes('://')) return SHORT.test(url);
  const [, scheme = '', user = ''] = CREDENTIALS.exec(url) ?? [];
  return user !== '' && (user.includes(':') || !/^ssh:/i.test(scheme));
}

/** The URL, or any text that was given for one, without credentials. */
export function withoutCredentials(url: string): string {
  if (!hasCredentials(url)) return url;
  if (!url.includes('://')) return url.replace(SHORT, '$1@');
  return url.replace(CREDENTIALS, (_all, scheme: string, user: string) => {
    const [name = ''] = user.split(':');
    return /^ssh:/i.test(scheme) && name !== '' ? `${scheme}${name}@` : scheme;
  });
}

/** What was given for a URL, safe to show: credentials become `…`. */
export function concealed(url: string): string {
  if (!hasCredentials(url)) return url;
  return url.includes('://') ? url.replace(CREDENTIALS, '$1…@') : url.replace(SHORT, '…@');
}

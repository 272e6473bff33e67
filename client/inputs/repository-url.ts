/** The part before the host that may hold a password, or a token in the place of the name. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)([^/\s]*)@/i;

/**
 * Takes a URL of a repository, says whether whoever reads it learns a secret: a name before the host of https is a token as often
 * as not (GitHub takes one there), that of ssh is the account's and no secret.
 */
export function hasCredentials(url: string): boolean {
  const [, scheme = '', user = ''] = CREDENTIALS.exec(url) ?? [];
  return user !== '' && (user.includes(':') || !/^ssh:/i.test(scheme));
}

/** Takes a URL, or any text that was given for one, gives it without credentials. */
export function withoutCredentials(url: string): string {
  if (!hasCredentials(url)) return url;
  return url.replace(CREDENTIALS, (_all, scheme: string, user: string) => {
    const [name = ''] = user.split(':');
    return /^ssh:/i.test(scheme) && name !== '' ? `${scheme}${name}@` : scheme;
  });
}

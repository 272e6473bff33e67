/** Longer than any signed licence token, and short enough for an environment variable of the bootstrap job. */
export const LICENCE_TOKEN_LIMIT = 16 * 1024;

/** The edition that a licence is for: the vendor's own installer knows no other choice since 2026-06 (docs/contract.md, "Licence row"). */
export const LICENCE_EDITION = 'ee';

/** The token in a licence file: its text without the line end. */
export function licenceTokenIn(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/**
 * What is wrong with the form of a licence's token, or null. It is a signed token (JWS in its compact form), which the vendor's
 * own installer checks alike; whether the signature holds, only the application can tell. The token is never repeated.
 */
export function licenceTokenFault(token: string): string | null {
  if (token.trim() === '') return 'is empty: expected the license token on one line';
  if (token.length > LICENCE_TOKEN_LIMIT)
    return `is longer than ${LICENCE_TOKEN_LIMIT} characters, so it is not a license token`;
  if (/[\r\n]/.test(token)) return 'has several lines: expected only the license token, on one line';
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    return 'contains no license token: expected three parts of letters, digits, "-" and "_", separated by dots';
  return null;
}

import { createHash, createHmac } from 'node:crypto';
import { isSame } from './token.ts';

/** An unused session ends after this time; one in use is renewed. */
export const SESSION_SECONDS = 12 * 60 * 60;

/**
 * The pages of two sites on one machine have the same host for a browser, and must not sign each other out: each site
 * has a cookie name of its own.
 */
export function sessionCookie(siteId: string): string {
  return `appliance_status_${createHash('sha256').update(siteId).digest('hex').slice(0, 8)}`;
}

/**
 * The cookie holds no token: cookies of a host go to every port of it, and so to the application too. It says until when it
 * holds, signed with the token: it survives a restart and dies with the token that made it.
 */
function sign(token: string, until: number): string {
  return createHmac('sha256', token).update(`appliance-status session until ${until}`).digest('base64url');
}

const secondsOf = (now: Date) => Math.floor(now.getTime() / 1000);

export function openSession(token: string, now: Date): string {
  const until = secondsOf(now) + SESSION_SECONDS;
  return `${until}.${sign(token, until)}`;
}

/** `renew` in the second half of a session's life. */
export function checkSession(value: string, token: string, now: Date): 'none' | 'holds' | 'renew' {
  const match = /^(\d{1,12})\.([\w-]{1,64})$/.exec(value);
  if (!match?.[1] || !match[2]) return 'none';
  const until = Number(match[1]);
  const left = until - secondsOf(now);
  if (!isSame(match[2], sign(token, until)) || left <= 0) return 'none';
  return left < SESSION_SECONDS / 2 ? 'renew' : 'holds';
}

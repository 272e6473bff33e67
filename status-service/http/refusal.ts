import type { Context } from 'hono';
import { loginPage } from '../pages/login.ts';
import type { Env } from './context.ts';

/** Why a request is not let in. */
export type Refusal = 'no-token' | 'wrong-token' | 'session-over' | 'no-token-kept' | { readonly waitSeconds: number };

const WORDS = {
  'no-token': 'Sign in with the token of the status page.',
  'wrong-token': 'Wrong token: it belongs to another appliance or was rotated.',
  'session-over': 'The session has expired, or the token was rotated. Sign in again.',
  'no-token-kept':
    'The status service has no token, so nobody can sign in. It is waiting for the token file or STATUS_TOKEN.',
} as const;

/** True for what programs ask; people get a page. */
export function isForPrograms(path: string): boolean {
  return path.startsWith('/api/') || path === '/metrics' || path === '/healthz';
}

/** 401, or 429 with the time to wait; JSON for programs, the login page for people. */
export function refusal(context: Context<Env>, why: Refusal): Response | Promise<Response> {
  const isThrottled = typeof why === 'object';
  const message = isThrottled
    ? `Too many wrong tokens from this address. Try again in ${why.waitSeconds} seconds.`
    : WORDS[why];
  if (isThrottled) context.header('retry-after', String(why.waitSeconds));
  else context.header('www-authenticate', 'Bearer realm="appliance-status"');
  const status = isThrottled ? 429 : 401;
  if (isForPrograms(context.req.path)) {
    return context.json({ error: { code: isThrottled ? 'too-many-attempts' : 'unauthorized', message } }, status);
  }
  return context.html(loginPage({ message, isError: why !== 'no-token', path: context.req.path }), status);
}

import type { Context } from 'hono';
import { loginPage } from '../pages/login.ts';
import type { Env } from './context.ts';

/** Why a request is not let in. */
export type Refusal = 'no-token' | 'wrong-token' | 'session-over' | 'no-token-kept' | { readonly waitSeconds: number };

const WORDS = {
  'no-token': 'This page is opened with the token of the status page.',
  'wrong-token': 'This token is not the one of this appliance, or it has been rotated.',
  'session-over': 'The session is over, or the token has been rotated.',
  'no-token-kept':
    'The status service has no token, so nothing can open this page. It waits for the token file or STATUS_TOKEN.',
} as const;

/** True for what programs ask; people get a page. */
export function isForPrograms(path: string): boolean {
  return path.startsWith('/api/') || path === '/metrics' || path === '/healthz';
}

/** Takes why, gives the answer: 401, or 429 with the time to wait; JSON for programs, the login page for people. */
export function refusal(context: Context<Env>, why: Refusal): Response | Promise<Response> {
  const isThrottled = typeof why === 'object';
  const message = isThrottled
    ? `Too many wrong tokens came from this address. Try again in ${why.waitSeconds} seconds.`
    : WORDS[why];
  if (isThrottled) context.header('retry-after', String(why.waitSeconds));
  else context.header('www-authenticate', 'Bearer realm="appliance-status"');
  const status = isThrottled ? 429 : 401;
  if (isForPrograms(context.req.path)) {
    return context.json({ error: { code: isThrottled ? 'too-many-attempts' : 'unauthorized', message } }, status);
  }
  return context.html(loginPage({ message, isError: why !== 'no-token', path: context.req.path }), status);
}

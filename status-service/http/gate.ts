import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { checkSession, openSession, sessionCookie, SESSION_SECONDS } from '../auth/session.ts';
import { createThrottle } from '../auth/throttle.ts';
import { isSame } from '../auth/token.ts';
import { isForPrograms, refusal } from './refusal.ts';
import type { Env, Parts } from './context.ts';

/** What a look at a token gave. */
export type Verdict =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly waitSeconds: number };

export interface Gate {
  /** Lets through who has a bearer token or a session; exchanges `?token=` of a page for a session and a clean URL. */
  readonly middleware: MiddlewareHandler<Env>;
  /** Starts a session for a token that a person typed, or refuses it. */
  readonly enter: (context: Context<Env>, token: string) => Promise<Verdict>;
  /** Ends the session of the one who asks. */
  readonly leave: (context: Context<Env>) => void;
}

function keepSession(context: Context<Env>, cookie: string, token: string): void {
  // No `Secure`: the node's page is plain HTTP, long before anybody could give it a certificate.
  setCookie(context, cookie, openSession(token, new Date()), {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: SESSION_SECONDS,
  });
}

/** Gives the same address without the token; never that of another host. */
function cleanUrl(context: Context<Env>): string {
  const { pathname, searchParams } = new URL(context.req.url);
  searchParams.delete('token');
  const search = searchParams.toString();
  return `/${pathname.replace(/^\/+/, '')}${search ? `?${search}` : ''}`;
}

export function createGate({ settings, tokens, counters, log }: Omit<Parts, 'board' | 'source' | 'events'>): Gate {
  const cookie = sessionCookie(settings.site.siteId);
  const throttle = createThrottle();

  async function judge(context: Context<Env>, presented: string): Promise<Verdict> {
    const address = getConnInfo(context).remote.address ?? 'unknown';
    const now = new Date();
    const waitSeconds = throttle.wait(address, now);
    if (waitSeconds > 0) {
      counters.throttled += 1;
      return { ok: false, waitSeconds };
    }
    const token = await tokens.current();
    if (token !== null && isSame(presented, token)) return { ok: true, token };
    throttle.failed(address, now);
    counters.refusedTokens += 1;
    log.warn({ address, path: context.req.path }, 'a wrong token was refused');
    return { ok: false, waitSeconds: throttle.wait(address, now) };
  }

  async function enter(context: Context<Env>, presented: string): Promise<Verdict> {
    const verdict = await judge(context, presented);
    if (verdict.ok) keepSession(context, cookie, verdict.token);
    return verdict;
  }

  const middleware: MiddlewareHandler<Env> = async (context, next) => {
    const bearer = /^Bearer +(\S+) *$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined) {
      const verdict = await judge(context, bearer);
      if (!verdict.ok) return refusal(context, verdict.waitSeconds > 0 ? verdict : 'wrong-token');
      await next();
      return;
    }
    const fromUrl = context.req.query('token');
    if (fromUrl !== undefined) {
      const verdict = isForPrograms(context.req.path) ? await judge(context, fromUrl) : await enter(context, fromUrl);
      if (!verdict.ok) return refusal(context, verdict.waitSeconds > 0 ? verdict : 'wrong-token');
      // A program asks once and takes what comes: it has no use for a session and follows no redirect with a cookie.
      if (isForPrograms(context.req.path)) return next();
      return context.redirect(cleanUrl(context), 303);
    }
    const session = getCookie(context, cookie);
    const token = await tokens.current();
    if (session === undefined || token === null) return refusal(context, token === null ? 'no-token-kept' : 'no-token');
    const state = checkSession(session, token, new Date());
    // An expired session is not an attempt to guess: it costs nothing.
    if (state === 'none') return refusal(context, 'session-over');
    if (state === 'renew') keepSession(context, cookie, token);
    await next();
  };

  const leave = (context: Context<Env>): void => {
    // Another site's form sends no cookie of ours: it cannot sign anyone out.
    if (getCookie(context, cookie) !== undefined) deleteCookie(context, cookie, { path: '/' });
  };

  return { middleware, enter, leave };
}

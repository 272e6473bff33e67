import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { assets } from './assets.ts';
import { api } from './api.ts';
import type { Env, Parts } from './context.ts';
import { createGate } from './gate.ts';
import { createLogDesk } from './logs.ts';
import { onlyKnownMethods, smallBodies } from './limits.ts';
import { metricsText } from './metrics.ts';
import { pages } from './pages.ts';
import { isForPrograms, refusal } from './refusal.ts';
import { takeOver } from './take-over.ts';
import { plainPage } from '../pages/plain.ts';

/** Open routes first; everything after the gate needs a token or a session. */
export function createApp(parts: Parts): Hono<Env> {
  const { counters, log } = parts;
  const gate = createGate(parts);
  const readLog = createLogDesk(parts);
  const app = new Hono<Env>();

  app.use(takeOver);
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // Plain HTTP on a port beside the application's: it must not decide how that is reached.
      strictTransportSecurity: false,
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      xFrameOptions: 'DENY',
    }),
  );
  app.use(async (context, next) => {
    await next();
    const code = String(context.res.status);
    counters.requests.set(code, (counters.requests.get(code) ?? 0) + 1);
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-store');
  });
  app.use(onlyKnownMethods);
  app.use(smallBodies);

  app.get('/healthz', (context) => context.text('ok\n'));
  app.route('/assets', assets());
  app.post('/session', async (context) => {
    const { token, path } = await context.req.parseBody();
    const verdict = await gate.enter(context, typeof token === 'string' ? token.trim() : '');
    if (!verdict.ok) return refusal(context, verdict.waitSeconds > 0 ? verdict : 'wrong-token');
    return context.redirect(typeof path === 'string' ? localPath(path) : '/', 303);
  });
  app.post('/session/end', (context) => {
    gate.leave(context);
    return context.redirect('/', 303);
  });

  app.use(gate.middleware);
  app.route('/api', api(parts, readLog));
  app.get('/metrics', (context) =>
    context.body(metricsText(parts), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.route('/', pages(parts, readLog));

  app.notFound((context) => {
    const message = 'Nothing found at this address.';
    if (isForPrograms(context.req.path)) return context.json({ error: { code: 'not-found', message } }, 404);
    return context.html(plainPage({ title: 'Not found', message }), 404);
  });
  app.onError((error, context) => {
    log.error({ problem: error.message, path: context.req.path }, 'a request failed');
    const message = 'Internal error of the status service. See its log.';
    if (isForPrograms(context.req.path)) return context.json({ error: { code: 'defect', message } }, 500);
    return context.html(plainPage({ title: 'Something went wrong', message }), 500);
  });
  return app;
}

/** Only an address of this service: anything else becomes `/`. */
function localPath(path: string): string {
  return /^\/(?:[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*)?$/.test(path) ? path : '/';
}

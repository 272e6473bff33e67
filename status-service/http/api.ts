import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Diagnostics, Overview, PodsAnswer } from '../../model/http-api.ts';
import { snapshotName, supportBundle } from '../document/support-bundle.ts';
import { currentPhase, currentStep } from '../document/current-step.ts';
import type { Env, Parts } from './context.ts';
import { logRequest, type LogDesk } from './logs.ts';
import { snapshotText } from './snapshot.ts';

const problem = (context: Context<Env>, code: string, message: string, status: 404 | 403 | 502 | 503 | 504) =>
  context.json({ error: { code, message } }, status);

/** The part for programs. */
export function api(parts: Parts, readLog: LogDesk): Hono<Env> {
  const { board, events, source, tokens } = parts;
  const app = new Hono<Env>();

  app.get('/status', (context) => context.json(board.now().document));

  app.get('/overview', (context) => {
    const { document } = board.now();
    const { siteId, timestamp, observedAt, stale, release, urls, rollup, tiers, topBlockers, sources } = document;
    return context.json<Overview>({
      siteId,
      timestamp,
      observedAt,
      stale,
      release,
      installState: rollup.state,
      currentPhase: currentPhase(document),
      loginUrl: urls.loginUrl,
      nextAction: rollup.nextAction,
      message: rollup.message,
      urls,
      rollup,
      currentStep: currentStep(document),
      tiers: Object.fromEntries(Object.entries(tiers).map(([tier, { status }]) => [tier, status])),
      blockers: topBlockers.map(({ code, component, title, severity, loginBlocking }) => ({
        code,
        component,
        title,
        severity,
        loginBlocking,
      })),
      missingSources: sources
        .filter(({ stale: isOld, error }) => isOld || error !== null)
        .map(({ source: name, error, ageSeconds }) => ({ source: name, error, ageSeconds })),
    });
  });

  app.get('/diagnostics', (context) => {
    const { document, details } = board.now();
    const {
      siteId,
      timestamp,
      observedAt,
      stale,
      sources,
      rollup,
      tiers,
      components,
      topBlockers,
      activeOperations,
      bootstrap,
      loginProbe,
      recentEvents,
    } = document;
    return context.json<Diagnostics>({
      siteId,
      timestamp,
      observedAt,
      stale,
      sources,
      rollup,
      tiers,
      components,
      blockers: topBlockers,
      activeOperations,
      bootstrap,
      loginProbe,
      events: recentEvents,
      flux: details?.flux ?? null,
      helm: details?.helm ?? null,
      supportBundle: supportBundle(siteId),
    });
  });

  app.get('/snapshot', (context) => {
    const { document, snapshot } = board.now();
    if (snapshot === null) return problem(context, 'no-snapshot', source.withoutDetails, 503);
    context.header('content-disposition', `attachment; filename="${snapshotName(document.siteId)}"`);
    return context.body(ReadableStream.from(snapshotText(snapshot)), 200, { 'content-type': 'application/json' });
  });

  app.get('/pods', (context) => {
    const { document, details } = board.now();
    if (details === null) return problem(context, 'no-pods', source.withoutDetails, 503);
    return context.json<PodsAnswer>({ observedAt: document.observedAt, stale: document.stale, pods: details.pods });
  });

  app.get('/pods/:namespace/:pod/log', async (context) => {
    const wanted = logRequest(context, parts);
    if ('problem' in wanted) return problem(context, 'no-such-log', wanted.problem, wanted.status);
    const answer = await readLog(wanted, 'program', context.req.raw.signal);
    if ('problem' in answer) return problem(context, 'log-unavailable', answer.problem, answer.status);
    return context.text(answer.text);
  });

  app.get('/events', async (context) => {
    const type = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
    if (context.req.method === 'HEAD') return context.body(null, 200, type);
    const wanted = context.req.query('only') === 'changes' ? 'changes' : 'documents';
    if (events.hasRoom()) {
      const token = await tokens.current();
      context.set('takeOver', (answer) => events.listen(wanted, token, answer));
      return context.body(null, 200, type);
    }
    context.header('retry-after', '10');
    return problem(context, 'too-many-listeners', 'Too many event streams are open. Poll /api/status instead.', 503);
  });

  return app;
}

import { Hono } from 'hono';
import type { Context } from 'hono';
import { snapshotName, supportBundle } from '../document/support-bundle.ts';
import { currentStep } from '../document/current-step.ts';
import type { PodRow } from '../picture.ts';
import type { LogAnswer } from '../sources/source.ts';
import type { Env, Parts } from './context.ts';
import { snapshotText } from './snapshot.ts';

const MOST_LINES = 2_000;
const LINES = 200;

/** What a request for a log asks for, checked against the pods that are there. */
export type LogRequest =
  | { readonly pod: PodRow; readonly container: string; readonly previous: boolean; readonly lines: number }
  | { readonly problem: string; readonly status: 404 };

/**
 * Takes a request, gives what log it wants. Only pods that the cluster was seen to have are asked for: what stands in an
 * address never becomes part of a path by itself.
 */
export function logRequest(context: Context<Env>, { board, source }: Pick<Parts, 'board' | 'source'>): LogRequest {
  const { details } = board.now();
  if (details === null) return { problem: source.withoutDetails, status: 404 };
  const { namespace, pod: name } = context.req.param();
  const pod = details.pods.find((one) => one.namespace === namespace && one.name === name);
  if (!pod) return { problem: `There is no pod ${namespace}/${name} now.`, status: 404 };
  const container = context.req.query('container') || pod.containers[0] || '';
  if (![...pod.containers, ...pod.initContainers].includes(container)) {
    return { problem: `The pod ${namespace}/${name} has no container ${container}.`, status: 404 };
  }
  const asked = Number(context.req.query('tail') ?? LINES);
  const lines = Number.isInteger(asked) && asked > 0 ? Math.min(asked, MOST_LINES) : LINES;
  return { pod, container, previous: ['1', 'true'].includes(context.req.query('previous') ?? ''), lines };
}

/** Takes what is wanted, gives the end of the log or why it did not come; within two seconds. */
export async function fetchLog(
  wanted: Exclude<LogRequest, { problem: string }>,
  { source }: Pick<Parts, 'source'>,
  signal: AbortSignal,
): Promise<LogAnswer> {
  if (source.logs === null) return { problem: source.withoutDetails, status: 404 };
  const { pod, container, previous, lines } = wanted;
  return source.logs({ namespace: pod.namespace, pod: pod.name, container, previous, tailLines: lines, signal });
}

const problem = (context: Context<Env>, code: string, message: string, status: 404 | 403 | 502 | 503 | 504) =>
  context.json({ error: { code, message } }, status);

/** The part for programs. */
export function api(parts: Parts): Hono<Env> {
  const { board, events, source } = parts;
  const app = new Hono<Env>();

  app.get('/status', (context) => context.json(board.now().document));

  app.get('/overview', (context) => {
    const { document } = board.now();
    const { siteId, timestamp, observedAt, stale, release, urls, rollup, tiers, topBlockers, sources } = document;
    return context.json({
      siteId,
      timestamp,
      observedAt,
      stale,
      release,
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
    return context.json({
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
    return context.json({ observedAt: document.observedAt, stale: document.stale, pods: details.pods });
  });

  app.get('/pods/:namespace/:pod/log', async (context) => {
    const wanted = logRequest(context, parts);
    if ('problem' in wanted) return problem(context, 'no-such-log', wanted.problem, wanted.status);
    const answer = await fetchLog(wanted, parts, context.req.raw.signal);
    if ('problem' in answer) return problem(context, 'log-unavailable', answer.problem, answer.status);
    return context.text(answer.text);
  });

  app.get('/events', (context) => {
    const type = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
    if (context.req.method === 'HEAD') return context.body(null, 200, type);
    const wanted = context.req.query('only') === 'changes' ? 'changes' : 'documents';
    const stream = events.listen(wanted, () => context.env.outgoing.destroy());
    if (stream !== null) return context.body(stream, 200, type);
    context.header('retry-after', '10');
    return problem(
      context,
      'too-many-listeners',
      'Too many listen already. Ask /api/status from time to time instead.',
      503,
    );
  });

  return app;
}

import { Hono } from 'hono';
import { diagnosticsPage } from '../pages/diagnostics.ts';
import { logPage } from '../pages/log.ts';
import { plainPage } from '../pages/plain.ts';
import { podsPage } from '../pages/pods.ts';
import { statusPage } from '../pages/status.ts';
import type { Env, Parts } from './context.ts';
import { logRequest, type LogDesk } from './logs.ts';

/** The part for people. Every page is made from memory; only a log is asked for, and that has its time. */
export function pages(parts: Parts, readLog: LogDesk): Hono<Env> {
  const { board, source } = parts;
  const app = new Hono<Env>();
  app.get('/', (context) => context.html(statusPage(board.now())));
  app.get('/diagnostics', (context) => context.html(diagnosticsPage(board.now(), source.withoutDetails)));
  app.get('/pods', (context) => {
    const page = Number(context.req.query('page') ?? 1);
    return context.html(podsPage(board.now(), source.withoutDetails, Number.isInteger(page) ? page : 1));
  });
  app.get('/pods/:namespace/:pod', async (context) => {
    const wanted = logRequest(context, parts);
    if ('problem' in wanted)
      return context.html(plainPage({ title: 'No such log', message: wanted.problem }), wanted.status);
    const answer = await readLog(wanted, 'page', context.req.raw.signal);
    return context.html(logPage(board.now(), { ...wanted, answer }));
  });
  return app;
}

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import type { Env } from './context.ts';

/** Outermost: where a route has set `takeOver`, the head of its answer is written and its body left to that. */
export const takeOver: MiddlewareHandler<Env> = async (context, next) => {
  await next();
  const begin = context.get('takeOver');
  if (begin === undefined) return;
  const { outgoing } = context.env;
  outgoing.writeHead(context.res.status, [...context.res.headers].flat());
  // Unset first, or the headers of the one would go into the other.
  context.res = undefined;
  context.res = RESPONSE_ALREADY_SENT;
  begin(outgoing);
};

import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Env } from './context.ts';

const MOST_BODY_BYTES = 4_096;
const POSTED: readonly string[] = ['/session', '/session/end'];

/** Methods that an address takes; everything else is answered with what it does take. */
export const onlyKnownMethods: MiddlewareHandler<Env> = async (context, next) => {
  const allowed = POSTED.includes(context.req.path) ? ['POST'] : ['GET', 'HEAD'];
  if (!allowed.includes(context.req.method)) {
    context.header('allow', allowed.join(', '));
    context.header('connection', 'close');
    return context.text(`${context.req.path} accepts only ${allowed.join(' or ')}.\n`, 405);
  }
  await next();
};

/** Nobody needs more than a token's length; a body where none belongs is refused unread, and the connection closed. */
export const smallBodies: MiddlewareHandler<Env> = async (context, next) => {
  const length = Number(context.req.header('content-length') ?? 0);
  const isOpenEnded = context.req.header('transfer-encoding') !== undefined;
  const tooLarge = (): Response => {
    context.header('connection', 'close');
    return context.text(`The request body may have at most ${MOST_BODY_BYTES} bytes.\n`, 413);
  };
  if (!(length <= MOST_BODY_BYTES) || (isOpenEnded && context.req.method !== 'POST')) return tooLarge();
  return bodyLimit({ maxSize: MOST_BODY_BYTES, onError: tooLarge })(context, next);
};

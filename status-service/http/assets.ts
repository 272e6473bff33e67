import { Hono } from 'hono';
import { FILES, VERSIONS } from '../assets/files.ts';
import type { Env } from './context.ts';

/** Style, script and icon: open to everybody, since the page that asks for the token needs them too. */
export function assets(): Hono<Env> {
  const app = new Hono<Env>();
  for (const [name, { text, type }] of Object.entries(FILES)) {
    app.get(`/${name}`, (context) => {
      const isThisOne = context.req.query('v') === VERSIONS.get(name);
      context.header('cache-control', isThisOne ? 'public, max-age=31536000, immutable' : 'no-cache');
      return context.body(text, 200, { 'content-type': type });
    });
  }
  return app;
}

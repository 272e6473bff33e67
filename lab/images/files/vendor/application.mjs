// STAND-IN for Alga PSA, of the appliance's lab: it keeps the image's contract (port, login redirect, database, Redis, who is
// let in) and is nothing of the product.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { linkTo } from './links.mjs';
// In the image this file lies in /app/stand-in.
import { passwordMatches } from '../server/password.ts';
import { look, query } from './health.mjs';
import { connectRedis } from './redis.mjs';
import { readTenantSecret, writeTenantSecret } from './tenant-secrets.mjs';

const page =
  "<!doctype html><title>Alga PSA (stand-in)</title><h1>Alga PSA</h1><p>This is the lab's stand-in for the application.</p>";

/** As long as a cookie of the vendor's lives by default. */
const SESSION_HOURS = 24;

/** The user with this email and password, or undefined; hashes with the settings that this server was given. */
async function letIn({ email, password }) {
  const user =
    "select tenant, user_id, hashed_password from users where email = $1 and user_type = 'internal' and not is_inactive";
  const { rows } = await query(user, [String(email).toLowerCase()]);
  return rows.find((row) => passwordMatches(String(password), row.hashed_password));
}

/** Starts a session of a user, recorded in the database as the image does. */
async function sessionFor({ tenant, user_id }) {
  const begin = `insert into sessions (tenant, user_id, expires_at)
    values ($1, $2, now() + interval '${SESSION_HOURS} hours') returning session_id`;
  const session = await query(begin, [tenant, user_id]);
  await query('update users set last_login_at = now() where user_id = $1', [user_id]);
  return session.rows[0].session_id;
}

/** Who a session belongs to, or null: one that was revoked is none, and neither is one that the database does not know. */
async function userOf(session) {
  const alive = `select u.email from sessions s join users u using (tenant, user_id)
    where s.session_id::text = $1 and s.revoked_at is null and s.expires_at > now()`;
  const { rows } = await query(alive, [session]);
  return rows[0]?.email ?? null;
}

const tell = (response, status, said) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));

/** What a user may ask of the server, with e-mail and password in the JSON; the last two are the stand-in's own. */
const requests = {
  '/api/auth/login': async (user) => ({ ok: true, session: await sessionFor(user) }),
  /** Keeps the password of a mailbox among the tenant's secrets. */
  '/api/stand-in/mail-password': async ({ tenant }, { mailbox, mailPassword }) => {
    await writeTenantSecret(tenant, `imap_password_${mailbox}`, String(mailPassword));
    return { tenant };
  },
  /** Publishes an event of the tenant, for the workflow worker. */
  '/api/stand-in/event': async ({ tenant }, { type }) => {
    const redis = await connectRedis();
    try {
      return { id: await redis.call('XADD', 'workflow:events:global', '*', 'tenant', tenant, 'event_type', type) };
    } finally {
      redis.close();
    }
  },
};

async function answer(request, response, act) {
  let given;
  try {
    given = JSON.parse(await text(request)) ?? {};
  } catch {
    return tell(response, 400, { error: 'expected JSON with email and password' });
  }
  const user = await letIn(given);
  return user ? tell(response, 200, await act(user, given)) : tell(response, 401, { error: 'CredentialsSignin' });
}

/** The image keeps the session in a signed cookie; here it is a bearer token. */
async function whoIs(request, response) {
  const email = await userOf((request.headers.authorization ?? '').replace(/^Bearer /, ''));
  return email ? tell(response, 200, { user: { email } }) : tell(response, 401, { error: 'SessionRequired' });
}

/** Keeps or gives a secret of the first tenant: what a mailbox's settings do in the real one. */
async function tenantSecret(request, response, name) {
  const { rows } = await query('select tenant from tenants order by tenant limit 1');
  const tenant = rows[0]?.tenant;
  if (tenant === undefined) return response.writeHead(404).end('no tenant');
  if (request.method === 'POST') {
    await writeTenantSecret(tenant, name, await text(request));
    return response.writeHead(204).end();
  }
  const value = await readTenantSecret(tenant, name);
  return value === undefined ? response.writeHead(404).end('no such secret') : response.writeHead(200).end(value);
}

const server = createServer(async (request, response) => {
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/msp/dashboard') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  try {
    const act = Object.hasOwn(requests, path) && request.method === 'POST' && requests[path];
    if (act) return await answer(request, response, act);
    if (path === '/api/auth/session') return await whoIs(request, response);
    const [, secret] = /^\/api\/tenant-secrets\/([\w.-]+)$/.exec(path) ?? [];
    if (secret) return await tenantSecret(request, response, secret);
    if (path === '/api/links/appointments')
      return response.writeHead(200, { 'content-type': 'text/plain' }).end(linkTo('/client-portal/appointments'));
    const healthy = await look({ withTemporal: false });
    if (path === '/') return response.writeHead(307, { location: '/msp/dashboard' }).end();
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: 'ok', healthy, standIn: true }));
  } catch (error) {
    console.log(`ERROR: ${error.message}`);
    return response.writeHead(503, { 'content-type': 'text/plain' }).end(error.message);
  }
});
const port = Number(process.env.PORT ?? 3000);
server.listen(port, () => console.log(`stand-in for Alga PSA listens on port ${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));

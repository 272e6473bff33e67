// STAND-IN for Alga PSA, of the appliance's lab: it keeps the image's contract (port, login redirect, database, Redis, who is
// let in) and is nothing of the product.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
// In the image this file lies in /app/stand-in.
import { passwordMatches } from '../server/password.ts';
import { look, query } from './health.mjs';

const page =
  "<!doctype html><title>Alga PSA (stand-in)</title><h1>Alga PSA</h1><p>This is the lab's stand-in for the application.</p>";

/** Takes e-mail and password, tells whether a user has them: by the settings for hashing that this server was given. */
async function letsIn({ email, password }) {
  const user = 'select hashed_password from users where email = $1 and not is_inactive';
  const { rows } = await query(user, [String(email).toLowerCase()]);
  return rows.some((row) => passwordMatches(String(password), row.hashed_password));
}

async function login(request, response) {
  const tell = (status, said) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  let given;
  try {
    given = JSON.parse(await text(request));
  } catch {
    return tell(400, { error: 'expected JSON with email and password' });
  }
  return (await letsIn(given ?? {})) ? tell(200, { ok: true }) : tell(401, { error: 'CredentialsSignin' });
}

const server = createServer(async (request, response) => {
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/msp/dashboard') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  try {
    if (path === '/api/auth/login' && request.method === 'POST') return await login(request, response);
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

// STAND-IN for Alga PSA, of the appliance's lab: it keeps the image's contract (port, login redirect, database, Redis) and is
// nothing of the product.
import { createServer } from 'node:http';
import { look } from './health.mjs';

const page =
  "<!doctype html><title>Alga PSA (stand-in)</title><h1>Alga PSA</h1><p>This is the lab's stand-in for the application.</p>";

const server = createServer(async (request, response) => {
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/msp/dashboard') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  try {
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
server.listen(3000, () => console.log('stand-in for Alga PSA listens on port 3000'));
process.on('SIGTERM', () => process.exit(0));

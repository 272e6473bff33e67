// How the stand-ins of the workers answer on HTTP.
import { createServer } from 'node:http';

/**
 * Serves routes on a port: path to what gives the JSON to answer with. One that throws is answered with 503 and its words.
 * Says on which port it listens, and ends at SIGTERM.
 */
export function serve(name, port, routes) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const route = routes[url.pathname];
    if (!route) return response.writeHead(404).end();
    try {
      const said = { ...(await route(url.searchParams)), standIn: true };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    } catch (error) {
      console.log(`ERROR: ${error.message}`);
      response.writeHead(503, { 'content-type': 'text/plain' }).end(error.message);
    }
  });
  server.listen(port, () => console.log(`stand-in for ${name} listens on port ${server.address().port}`));
  process.on('SIGTERM', () => process.exit(0));
}

/** Ends the program as the image does when it cannot start. */
export function giveUp(words) {
  console.error(`ERROR: ${words}`);
  process.exit(1);
}

// STAND-IN for one of Alga PSA's workers, of the appliance's lab: answers /health with what it reaches, through PgBouncer.
import { createServer } from 'node:http';
import { look } from './health.mjs';

const withTemporal = process.env.TEMPORAL_ADDRESS !== undefined;
const port = Number(process.env.PORT ?? 8080);
const server = createServer(async (request, response) => {
  try {
    const healthy = await look({ withTemporal });
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: 'ok', healthy, standIn: true }));
  } catch (error) {
    console.log(`ERROR: ${error.message}`);
    response.writeHead(503, { 'content-type': 'text/plain' }).end(error.message);
  }
});
server.listen(port, () =>
  console.log(`stand-in worker listens on port ${port}, task queue ${process.env.TEMPORAL_TASK_QUEUE ?? '–'}`),
);
process.on('SIGTERM', () => process.exit(0));

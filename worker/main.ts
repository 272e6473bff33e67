import { parseArgs } from 'node:util';
import { realPorts } from './ports.ts';
import { findTemporal } from '../temporal/connection.ts';
import { installLogging } from './logging.ts';
import { runWorker } from './run-worker.ts';
import { announceWorker } from './worker-process.ts';

/**
 * The worker process: `main --home DIR [--detached] [--simulate SCENARIO [--speed N]]`. It finds Temporal like the client
 * does, starts the local server again when that has died, and runs until it is told to stop or, when it is tied to a client,
 * until that client is gone.
 */
const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    detached: { type: 'boolean', default: false },
    simulate: { type: 'string' },
    speed: { type: 'string' },
  },
});
const home = values.home;
if (home === undefined) throw new Error('--home DIR is missing');

const logger = installLogging();
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
}
if (!values.detached) process.once('disconnect', () => stop.abort(new Error('the client is gone')));

const simulate =
  values.simulate === undefined
    ? null
    : { scenario: values.simulate, speed: values.speed === undefined ? null : Number(values.speed) };
const ports = simulate
  ? (await import('../simulation/index.ts')).simulationPorts({ ...simulate, home })
  : realPorts(home, process.env);

const common = { home, environment: process.env, signal: stop.signal };
const temporal = await findTemporal({ ...common, start: 'on-demand', onProgress: (line) => logger.info(line) });
await runWorker({
  ...common,
  temporal,
  ports,
  onReady: async () => {
    await announceWorker(home, {
      detached: values.detached,
      address: temporal.address,
      local: temporal.local,
      simulate,
    });
    // Whoever started it may have gone meanwhile: then nobody waits to hear it, and the signal for that is on its way.
    process.send?.('ready', undefined, undefined, () => undefined);
    logger.info({ address: temporal.address, taskQueue: temporal.taskQueue, simulate }, 'worker ready');
  },
});
logger.info('worker stopped');
process.exit(0);

import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { realPorts } from './ports.ts';
import { currentOperator } from '../site-folder/operator.ts';
import { findTemporal } from '../temporal/connection.ts';
import { installLogging } from './logging.ts';
import { runWorker } from './run-worker.ts';
import { createActivities } from '../activities/index.ts';
import { carriedKeeper } from './carried.ts';
import { dutiesOn } from './duties.ts';
import { recordWorker } from './states.ts';
import { workerIdentity } from '../temporal/identity.ts';

/**
 * The worker process: `main --home DIR [--detached] [--simulate SCENARIO [--speed N]]`. It finds Temporal like the client does, restarts
 * the local server when that has died, and runs until it is stopped or, when it is tied to a client, until that client has ended.
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
if (!values.detached) process.once('disconnect', () => stop.abort(new Error('the client has ended')));

const simulate =
  values.simulate === undefined
    ? null
    : { scenario: values.simulate, speed: values.speed === undefined ? null : Number(values.speed) };
const ports = simulate
  ? (await import('../simulation/index.ts')).simulationPorts({
      ...simulate,
      home,
      operator: await currentOperator(process.env),
    })
  : realPorts(home, process.env);

const common = { home, environment: process.env, signal: stop.signal };
const temporal = await findTemporal({ ...common, start: 'on-demand', onProgress: (line) => logger.info(line) });
const identity = workerIdentity();
await runWorker({
  ...common,
  temporal,
  activities: createActivities(ports),
  carried: carriedKeeper(() => ports),
  identity,
  onReady: async () => {
    const duties = await dutiesOn(temporal, { ...common, simulate });
    await recordWorker(home, { ...duties, detached: values.detached, identity });
    // The process that started it may have ended: then nothing waits for this message, and the signal for that is on its way.
    process.send?.('ready', undefined, undefined, () => undefined);
    // A killed process would not write it.
    flushCompileCache();
    logger.info({ address: temporal.address, taskQueue: temporal.taskQueue, simulate }, 'worker ready');
  },
});
logger.info('worker stopped');
process.exit(0);

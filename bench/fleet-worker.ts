import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createActivities } from '../activities/index.ts';
import type { Activities } from '../activities/index.ts';
import type { Ports } from '../activities/ports/index.ts';
import type { PhaseInput, PhaseOutcome } from '../model/workflow-contract.ts';
import { simulationPorts } from '../simulation/index.ts';
import { findTemporal } from '../temporal/connection.ts';
import { workerIdentity } from '../temporal/identity.ts';
import { carriedKeeper } from '../worker/carried.ts';
import { installLogging } from '../worker/logging.ts';
import { runWorker } from '../worker/run-worker.ts';

/**
 * The product's worker with an appliance for each site: `fleet-worker --home DIR`. A simulated site's own worker plays one appliance, because
 * one person uses one.
 */
const { values } = parseArgs({ options: { home: { type: 'string' } } });
const { home } = values;
if (home === undefined) throw new Error('--home DIR is missing');

const sites = new Map<string, { readonly ports: Ports; readonly activities: Activities }>();
const siteOf = (siteId: string): { readonly ports: Ports; readonly activities: Activities } => {
  const known = sites.get(siteId);
  if (known) return known;
  const stateFile = join(home, '.world', `${siteId}.json`);
  const ports = simulationPorts({ scenario: 'slow-core-pull', speed: 1, home, stateFile });
  const made = { ports, activities: createActivities(ports) };
  sites.set(siteId, made);
  return made;
};
const siteIn = (input: PhaseInput): string => ('inputs' in input ? input.inputs : input.spec).siteId;

const any = siteOf('any').activities;
const activities = Object.fromEntries(
  Object.keys(any).map((name) => [
    name,
    (input: PhaseInput): Promise<PhaseOutcome> => siteOf(siteIn(input)).activities[name as keyof Activities](input),
  ]),
) as unknown as Activities;

installLogging();
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.once('disconnect', () => stop.abort());
const common = { home, environment: process.env, signal: stop.signal };
const temporal = await findTemporal({ ...common, start: 'never', onProgress: () => {} });
await runWorker({
  ...common,
  temporal,
  activities,
  carried: carriedKeeper((siteId) => siteOf(siteId).ports),
  identity: workerIdentity(),
  codePath: 'dist/workflow-bundle.js',
  onReady: () => void process.send?.('ready'),
});
process.exit(0);

// First of all: this may start the process again, before anything else is loaded.
import './lean.ts';
import { once } from 'node:events';
import { API_VERSION } from '../model/appliance.ts';
import type { StatusDocument } from '../model/status.ts';
import { createBoard } from './board.ts';
import { keepToken } from './auth/token.ts';
import { createApp } from './http/app.ts';
import { createCounters } from './http/counters.ts';
import { createEventHub } from './http/events.ts';
import { createHttpServer } from './http/server.ts';
import { createLog } from './log.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';
import { clusterSource } from './sources/cluster.ts';
import { noSource } from './sources/none.ts';
import type { Source } from './sources/source.ts';
import { stdinSource } from './sources/stdin.ts';
import { statusOf } from '../status/index.ts';

const WRONG_SETTINGS = 2;

function sourceOf(settings: Settings, log: ReturnType<typeof createLog>): Source {
  if (settings.source === 'stdin') return stdinSource(process.stdin, process.stdout, log);
  if (settings.source === 'none') return noSource();
  if (settings.apiServer === null) {
    throw new SettingsError('STATUS_SOURCE=cluster needs KUBERNETES_SERVICE_HOST, which every pod has.');
  }
  return clusterSource(settings.apiServer, settings.site, log);
}

/** What is shown before the source has said anything. */
function firstDocument({ site }: Settings, { waitingFor }: Source): StatusDocument {
  const now = new Date();
  const cluster = { apiVersion: API_VERSION, kind: 'Snapshot', takenAt: now.toISOString(), site } as const;
  return statusOf({ cluster, install: null, now, previous: null, waitingFor });
}

/**
 * The status service: pages and API on one port, told of the appliance by one source. Its settings come from the environment
 * (`settings.ts`). On SIGTERM, SIGINT or the end of its source it closes its connections and ends with 0.
 */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const log = createLog(settings.logLevel);
  const source = sourceOf(settings, log);
  const board = createBoard({
    document: firstDocument(settings, source),
    details: null,
    snapshot: null,
  });
  const counters = createCounters();
  const tokens = keepToken(settings, log);
  const events = createEventHub(board, counters, tokens);
  if ((await tokens.current()) === null) log.warn('no token: only /healthz is answered');
  const server = createHttpServer(createApp({ settings, board, source, tokens, events, counters, log }));

  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  log.info({ host: settings.host, port, source: settings.source }, 'listening');

  try {
    await source.run(board, stop.signal);
    // Not stopped, as for a restart: its source has nothing more to report.
    if (!stop.signal.aborted) await events.farewell();
  } finally {
    stop.abort();
    events.close();
    board.close();
    server.close();
    server.closeAllConnections();
  }
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = error instanceof SettingsError ? WRONG_SETTINGS : 1;
}

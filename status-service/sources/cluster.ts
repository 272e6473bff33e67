import { setTimeout as delay } from 'node:timers/promises';
import { trim } from '../../kubernetes/trim.ts';
import { redact } from '../../redaction/index.ts';
import { detailsOf } from '../../kubernetes/rows.ts';
import { statusOf } from '../../status/index.ts';
import type { Details } from '../../model/page.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { StatusDocument } from '../../model/status.ts';
// Not by the one door of the observation: behind it stands the library for kubeconfigs, too large for this service.
import { type ClusterReader, ReadError } from '../../observation/cluster-reader.ts';
import { connectInCluster } from '../../observation/in-cluster.ts';
import { httpGet } from '../../observation/http-get.ts';
import { readPodLog } from '../../observation/pod-log.ts';
import { watchSnapshots } from '../../observation/watch.ts';
import type { Board } from '../board.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { Source } from './source.ts';

/** A slow API server may take this long over a list; the page answers from memory meanwhile. */
const LIST_TIMEOUT_MS = 60_000;
/** A log that is one witness of many must not hold up the others. */
const WITNESS_TIMEOUT_MS = 3_000;
const PROBE_TIMEOUT_MS = 4_000;
/** Changes of an install come in bursts: one diagnosis for all of a second. */
const SETTLE_MS = 1_000;
/** A watch that hangs says nothing: a small question tells a quiet cluster from a dead one. */
const PULSE_MS = 8_000;
const PULSE_AGAIN_MS = 2_000;
const PULSE_TIMEOUT_MS = 4_000;
const SERVER_ERROR = 500;
const CONNECT_AGAIN_MS = 2_000;
/** Of 500 pods at once the text alone is 5 MB; events are small, and with many pages a slow API server would take very long. */
const PAGE_SIZE = 25;
const EVENT_PAGE_SIZE = 50;

type Access = NonNullable<Settings['apiServer']>;

/** As this service can afford it: small pages, and no long wait for a log. */
function frugal(reader: ClusterReader): ClusterReader {
  const pageOf = (kind: string) => (kind === 'Event' ? EVENT_PAGE_SIZE : PAGE_SIZE);
  return {
    ...reader,
    list: (request) => reader.list({ ...request, pageSize: pageOf(request.resource.kind) }),
    podLog: (request) => reader.podLog({ ...request, timeoutMs: Math.min(request.timeoutMs, WITNESS_TIMEOUT_MS) }),
  };
}

/** The cluster that the service runs in, by informers: lists once, then follows what changes. */
export function clusterSource(access: Access, site: Settings['site'], log: Log): Source {
  let reader: ClusterReader | null = null;

  async function connect(signal: AbortSignal): Promise<ClusterReader> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await connectInCluster(access, { trim });
      } catch (error) {
        log.error({ problem: words(error) }, 'the service account cannot be read; retrying');
        await delay(CONNECT_AGAIN_MS, undefined, { signal });
      }
    }
  }

  async function run(board: Board, signal: AbortSignal): Promise<void> {
    try {
      reader = await connect(signal);
      const teller = createTeller(board, site, log);
      const pulse = takePulse(reader, teller, signal);
      const snapshots = watchSnapshots(frugal(reader), {
        site,
        signal,
        timeoutMs: LIST_TIMEOUT_MS,
        settleMs: SETTLE_MS,
        backoffMs: { first: 500, longest: 8_000 },
        probeLogin: (url) => httpGet(url, { signal, timeoutMs: PROBE_TIMEOUT_MS }),
      });
      for await (const snapshot of snapshots) teller.seen(snapshot);
      await pulse;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await reader?.close();
    }
  }

  return {
    run,
    logs: async (wanted, asked) =>
      reader === null
        ? { problem: 'The Kubernetes API has not been reached yet.', status: 502 }
        : readPodLog(reader, wanted, asked),
    withoutDetails: 'The Kubernetes API has not answered yet.',
    waitingFor: 'the Kubernetes API has not answered yet',
  };
}

/** Asks for a sign of life at intervals and tells what came of it. Ends with the signal. */
async function takePulse(reader: ClusterReader, teller: Teller, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let problem: string | null = null;
    try {
      await reader.ready({ signal, timeoutMs: PULSE_TIMEOUT_MS });
    } catch (error) {
      // Whatever else it answers, it is there; what it cannot do shows in the lists.
      const isThere = error instanceof ReadError && error.status !== null && error.status < SERVER_ERROR;
      if (!isThere) problem = words(error).split('\n', 1)[0] ?? '';
    }
    if (signal.aborted) return;
    teller.pulse(problem);
    await delay(problem === null ? PULSE_MS : PULSE_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

interface Teller {
  seen(snapshot: Snapshot): void;
  /** Null: the API server is there. */
  pulse(problem: string | null): void;
}

/** Joins what the informers and the pulse say into pictures. */
function createTeller(board: Board, site: Settings['site'], log: Log): Teller {
  let snapshot: Snapshot | null = null;
  let problem: string | null = null;
  let aliveAt: string | null = null;
  let document: StatusDocument | null = null;
  let details: Details | null = null;
  let told: string | null = null;

  function tell(): void {
    const now = new Date();
    const error = problem ?? snapshot?.kubernetes?.error ?? null;
    if (snapshot === null && error === null) return;
    const seen = snapshot?.kubernetes;
    const current: Snapshot = {
      apiVersion: 'appliance.alga-psa/v1',
      kind: 'Snapshot',
      site,
      ...snapshot,
      takenAt: now.toISOString(),
      // What was told by a watch is the present as long as the API server is there.
      kubernetes: { items: seen?.items ?? [], missing: seen?.missing ?? [], error, observedAt: aliveAt },
    };
    document = statusOf({ cluster: current, install: null, now, previous: document });
    if (error !== told) {
      if (error === null) log.info('the Kubernetes API answers');
      else log.warn({ problem: error }, 'the Kubernetes API does not answer');
      told = error;
    }
    board.put({ document, details, snapshot });
  }

  return {
    seen: (next) => {
      const seen = next.kubernetes;
      // A watch that hangs looks like a quiet one: only news is a sign of life, however slowly it came.
      if (!seen?.error && isNews(snapshot?.kubernetes?.items ?? [], seen?.items ?? [])) problem = null;
      if (!seen?.error) {
        if (problem === null) aliveAt = next.takenAt;
        details = detailsOf(seen?.items ?? []);
      }
      snapshot = next;
      tell();
    },
    pulse: (next) => {
      problem = next;
      if (next === null) aliveAt = new Date().toISOString();
      tell();
    },
  };
}

/** Objects stay the same ones until something is heard of them. */
function isNews(before: readonly object[], now: readonly object[]): boolean {
  return before.length !== now.length || before.some((object, index) => object !== now[index]);
}

function words(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}

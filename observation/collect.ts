import { API_VERSION } from '../model/appliance.ts';
import type { KubernetesObject, PodLog, Snapshot, TalosAnswer } from '../model/snapshot.ts';
import { type ClusterReader, ReadError } from './cluster-reader.ts';
import { logSources } from './failed-containers.ts';
import { readLogEnd } from './log-end.ts';
import { httpGet } from './http-get.ts';
import { OBSERVED, type Observed } from './resources.ts';
import { slim } from './slim.ts';

/** What is collected besides the API's objects, and how long it may take. */
export interface CollectOptions {
  readonly site: NonNullable<Snapshot['site']>;
  readonly signal: AbortSignal;
  /** For each single request, in milliseconds. */
  readonly timeoutMs: number;
  /** Answers of talosctl that the caller has, taken into the snapshot as they are. */
  readonly talos?: readonly TalosAnswer[];
  /** Asks for the application's URL; `null` leaves the probe out. Default: a GET of `site.appUrl`. */
  readonly probeLogin?: ((url: string) => Promise<NonNullable<Snapshot['loginProbe']>>) | null;
  /** The clock; for tests. */
  readonly now?: () => Date;
}

const LOG_LINES = 200;
const LOG_BYTES = 64 * 1024;
const MAX_LOGS = 24;
/** Pages are asked for one after another: large ones for speed, not so large that one page weighs. */
const PAGE_SIZE = 1000;

type Part = { readonly items: readonly KubernetesObject[] } | { readonly error: string; readonly unreachable: boolean };

async function listPart(reader: ClusterReader, observed: Observed, options: CollectOptions): Promise<Part> {
  try {
    const { items } = await reader.list({
      ...observed,
      pageSize: PAGE_SIZE,
      signal: options.signal,
      timeoutMs: options.timeoutMs,
    });
    return { items: items.map(slim) };
  } catch (error) {
    options.signal.throwIfAborted();
    const status = error instanceof ReadError ? error.status : null;
    // The kind is not installed (Flux's CRDs before Flux): there are none, and that is known.
    if (status === 404) return { items: [] };
    return { error: error instanceof Error ? error.message : String(error), unreachable: status === null };
  }
}

/** The tails of the logs that matter. A log that cannot be read is left out: it is one witness of many. */
export async function collectLogs(
  reader: ClusterReader,
  items: readonly KubernetesObject[],
  options: Pick<CollectOptions, 'signal' | 'timeoutMs'>,
): Promise<PodLog[]> {
  const logs = await Promise.all(
    logSources(items, MAX_LOGS).map(async (source) => {
      try {
        const text = await readLogEnd(reader, { ...source, ...options, tailLines: LOG_LINES, limitBytes: LOG_BYTES });
        return [{ ...source, text }];
      } catch {
        options.signal.throwIfAborted();
        return [];
      }
    }),
  );
  return logs.flat();
}

/**
 * Everything is requested at once, each request with its own time-out. A part that fails is named in
 * `kubernetes.missing`; if nothing at all could be listed, `kubernetes.error` says why. Rejects only when `signal` is
 * aborted.
 */
export async function collectSnapshot(reader: ClusterReader, options: CollectOptions): Promise<Snapshot> {
  const now = options.now ?? (() => new Date());
  const appUrl = options.site.appUrl;
  const { signal, timeoutMs } = options;
  const ask = (url: string) => httpGet(url, { signal, timeoutMs });
  const probe = options.probeLogin === undefined ? ask : options.probeLogin;
  const [parts, login] = await Promise.all([
    Promise.all(OBSERVED.map((observed) => listPart(reader, observed, options))),
    probe && appUrl ? probe(appUrl) : null,
  ]);
  const items = parts.flatMap((part) => ('items' in part ? part.items : []));
  const missing = parts.flatMap((part, index) =>
    'error' in part ? [{ resource: OBSERVED[index]?.resource.plural ?? 'unknown', error: part.error }] : [],
  );
  const unreachable = parts.every((part) => 'error' in part && part.unreachable);
  const takenAt = now().toISOString();
  return {
    apiVersion: API_VERSION,
    kind: 'Snapshot',
    takenAt,
    site: options.site,
    kubernetes: {
      items,
      error: unreachable ? (missing[0]?.error ?? 'the API server does not answer') : null,
      missing: unreachable ? [] : missing,
      observedAt: unreachable ? null : takenAt,
    },
    logs: await collectLogs(reader, items, options),
    ...(options.talos ? { talos: [...options.talos] } : {}),
    loginProbe: login,
  };
}

import { API_VERSION } from '../model/appliance.ts';
import type { PodLog, Snapshot } from '../model/snapshot.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { type CollectOptions, collectLogs } from './collect.ts';
import { startFeed } from './feed.ts';
import { httpGet } from './http-get.ts';
import { OBSERVED } from './resources.ts';

export interface WatchOptions extends CollectOptions {
  /** Changes within this time are given as one snapshot. Default 100 ms. */
  readonly settleMs?: number;
  /** How often the application's URL is asked for: a page cannot be watched. Default 5 s. */
  readonly probeEveryMs?: number;
  /** First and longest pause before a failed feed is started again. Default 0.5 s and 30 s. */
  readonly backoffMs?: { readonly first: number; readonly longest: number };
}

const podVersions = (snapshot: Snapshot): string =>
  (snapshot.kubernetes?.items ?? [])
    .filter((item) => item.kind === 'Pod')
    .map((item) => `${item.metadata.uid}:${item.metadata.resourceVersion}`)
    .join();

/**
 * Yields a snapshot when everything has been listed (or has failed), then one at every change, without polling the
 * API server. When the server does not answer any more, the last known objects stay, with `kubernetes.error` and
 * their age in `observedAt`. Ends when `signal` is aborted.
 */
export async function* watchSnapshots(reader: ClusterReader, options: WatchOptions): AsyncGenerator<Snapshot> {
  const { signal, site, timeoutMs, settleMs = 100, probeEveryMs = 5000 } = options;
  const { first, longest } = options.backoffMs ?? { first: 500, longest: 30_000 };
  const now = options.now ?? (() => new Date());
  const stop = new AbortController();
  const inner = AbortSignal.any([signal, stop.signal]);

  let changed = Promise.withResolvers<void>();
  const notify = () => changed.resolve();
  let observedAt: string | null = null;
  let login: Snapshot['loginProbe'] = null;
  let logs: PodLog[] = [];
  let logsOf = '';

  const feeds = OBSERVED.map((observed) =>
    startFeed(reader, observed, {
      signal: inner,
      timeoutMs,
      firstDelayMs: first,
      maxDelayMs: longest,
      onChange: notify,
    }),
  );

  const probe =
    options.probeLogin === undefined ? (url: string) => httpGet(url, { signal: inner, timeoutMs }) : options.probeLogin;
  const ask = async () => {
    if (!probe || !site.appUrl) return;
    const answer = await probe(site.appUrl);
    if (JSON.stringify(answer) !== JSON.stringify(login)) {
      login = answer;
      notify();
    }
  };
  // A probe that the abort cut short has nothing to say any more.
  const askQuietly = () => void ask().catch(notify);
  const timer = setInterval(askQuietly, probeEveryMs);
  askQuietly();
  inner.addEventListener('abort', notify, { once: true });

  try {
    while (!inner.aborted) {
      await changed.promise;
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      if (inner.aborted) return;
      changed = Promise.withResolvers<void>();
      if (feeds.some((feed) => !feed.hasAnswered())) continue;
      const failed = feeds.filter((feed) => feed.error() !== null);
      const unreachable =
        failed.length > 0 && failed.every((feed) => feed.unreachable()) && failed.length === feeds.length;
      const takenAt = now().toISOString();
      if (!unreachable) observedAt = takenAt;
      const snapshot: Snapshot = {
        apiVersion: API_VERSION,
        kind: 'Snapshot',
        takenAt,
        site,
        kubernetes: {
          items: feeds.flatMap((feed) => [...feed.objects.values()]),
          error: unreachable ? (failed[0]?.error() ?? null) : null,
          missing: unreachable
            ? []
            : failed.map((feed) => ({ resource: feed.observed.resource.plural, error: feed.error() ?? '' })),
          observedAt,
        },
        ...(options.talos ? { talos: [...options.talos] } : {}),
        loginProbe: login,
      };
      const versions = podVersions(snapshot);
      if (!unreachable && versions !== logsOf) {
        logs = await collectLogs(reader, snapshot.kubernetes?.items ?? [], { signal: inner, timeoutMs });
        logsOf = versions;
      }
      yield { ...snapshot, logs };
    }
  } finally {
    clearInterval(timer);
    stop.abort();
    await Promise.all(feeds.map((feed) => feed.done));
  }
}

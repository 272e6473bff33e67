import { describe, expect, it } from 'vitest';
import { OBSERVED, ReadError, watchSnapshots } from '../../observation/index.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { memoryCluster } from './memory-reader.ts';

const site = { siteId: 'site', nodeIp: '192.0.2.10', appUrl: null };

async function watching(
  run: (cluster: ReturnType<typeof memoryCluster>, next: () => Promise<Snapshot>) => Promise<void>,
): Promise<void> {
  const cluster = memoryCluster(appliance().kubernetes?.items ?? []);
  const abort = new AbortController();
  const stream = watchSnapshots(cluster.reader, {
    site,
    signal: abort.signal,
    timeoutMs: 500,
    settleMs: 5,
    probeLogin: null,
    backoffMs: { first: 10, longest: 40 },
  });
  const next = async (): Promise<Snapshot> => {
    const { value, done } = await stream.next();
    if (done) throw new Error('the watch ended');
    return value;
  };
  try {
    await run(cluster, next);
  } finally {
    abort.abort();
    expect((await stream.next()).done).toBe(true);
  }
}

/** Waits until a snapshot is as wanted; what comes before may be on its way there. */
async function until(next: () => Promise<Snapshot>, wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  for (;;) {
    const snapshot = await next();
    if (wanted(snapshot)) return snapshot;
  }
}

const pods = (snapshot: Snapshot) =>
  (snapshot.kubernetes?.items ?? []).filter((one) => one.kind === 'Pod').map((one) => one.metadata.name);
const extra = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'extra', namespace: 'msp' }, status: {} };

describe('a watched appliance', () => {
  it('is given once everything was listed, and again at every change', () =>
    watching(async (cluster, next) => {
      expect(pods(await next())).toHaveLength(16);
      cluster.change('ADDED', extra);
      expect(pods(await next())).toContain('extra');
      cluster.change('DELETED', extra);
      expect(pods(await next())).not.toContain('extra');
    }));

  it('is not listed again while its watches run', () =>
    watching(async (cluster, next) => {
      await next();
      const before = cluster.lists.length;
      cluster.change('ADDED', extra);
      await next();
      expect(cluster.lists.length).toBe(before);
    }));

  it('is listed anew when a watch is too old to go on (410), and misses nothing', () =>
    watching(async (cluster, next) => {
      await next();
      cluster.endWatches(new ReadError('too old resource version', 410));
      cluster.change('ADDED', extra);
      await until(next, (snapshot) => pods(snapshot).includes('extra') && snapshot.kubernetes?.error === null);
    }));

  it('keeps the last picture and its time while the API server is away, and goes on by itself', () =>
    watching(async (cluster, next) => {
      const seen = (await next()).takenAt;
      const gone = new ReadError('connect ECONNREFUSED 192.0.2.10:6443', null);
      for (const { resource } of OBSERVED) cluster.refused.set(resource.plural, gone);
      cluster.endWatches(gone);
      const away = await until(next, (snapshot) => snapshot.kubernetes?.error !== null);
      expect(pods(away)).toHaveLength(16);
      expect(Date.parse(away.kubernetes?.observedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(seen));
      cluster.refused.clear();
      await until(next, (snapshot) => snapshot.kubernetes?.error === null && snapshot.kubernetes.missing.length === 0);
    }));
});

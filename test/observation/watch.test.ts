import { describe, expect, it } from 'vitest';
import { ReadError, watchSnapshots } from '../../observation/index.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';

const site = { siteId: 'site', nodeIp: '192.0.2.10', appUrl: null };

async function watching(
  run: (cluster: ReturnType<typeof fakeKubernetes>, next: () => Promise<Snapshot>) => Promise<void>,
): Promise<void> {
  const cluster = fakeKubernetes(appliance().kubernetes?.items ?? []);
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
      cluster.put(extra);
      expect(pods(await next())).toContain('extra');
      cluster.remove(extra);
      expect(pods(await next())).not.toContain('extra');
    }));

  it('is not listed again while its watches run', () =>
    watching(async (cluster, next) => {
      await next();
      const before = cluster.lists.length;
      cluster.put(extra);
      await next();
      expect(cluster.lists.length).toBe(before);
    }));

  it('is listed anew when a watch is too old to go on (410), and misses nothing', () =>
    watching(async (cluster, next) => {
      await next();
      cluster.endWatches(new ReadError('too old resource version', 410));
      cluster.put(extra);
      await until(next, (snapshot) => pods(snapshot).includes('extra') && snapshot.kubernetes?.error === null);
    }));

  it('keeps the last picture and its time while the API server is away, and goes on by itself', () =>
    watching(async (cluster, next) => {
      const seen = (await next()).takenAt;
      cluster.isAway = true;
      const away = await until(next, (snapshot) => snapshot.kubernetes?.error !== null);
      expect(pods(away)).toHaveLength(16);
      expect(Date.parse(away.kubernetes?.observedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(seen));
      cluster.isAway = false;
      await until(next, (snapshot) => snapshot.kubernetes?.error === null && snapshot.kubernetes.missing.length === 0);
    }));
});

import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { awaitBackground } from '../../../activities/phases/background.ts';
import { watchAppliance } from '../../../activities/appliance-watch.ts';
import type { Look } from '../../../activities/appliance-look.ts';
import type { HttpPort } from '../../../activities/ports/http.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { type ClusterReader, OBSERVED } from '../../../observation/index.ts';
import { appliance } from '../../diagnosis/appliance.ts';
import { fakeKubernetes } from '../../support/fake-kubernetes/index.ts';
import { offlineBed } from '../support/test-bed.ts';

const page: HttpPort = { get: async () => ({ status: 200, location: null, date: null, error: null }) };
/** What ends a wait on an API server that is silent for too long. */
const SILENT = { blockers: [{ code: 'kubernetes-unreachable', tier: 'platform', loginBlocking: true }] };
const extra: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'extra', namespace: 'msp', uid: 'uid-extra' },
};
const refuse = () => Promise.reject(new Error('a look asks the reader alone'));
const clusterOf = (reader: ClusterReader): Cluster => ({
  get: refuse,
  list: refuse,
  apply: refuse,
  create: refuse,
  patch: refuse,
  delete: refuse,
  ready: refuse,
  podLog: refuse,
  reader,
});

/** Wraps a reader and counts its open watches. */
function counted(reader: ClusterReader) {
  const open = { count: 0 };
  async function* watch(request: Parameters<ClusterReader['watch']>[0]) {
    open.count += 1;
    try {
      yield* reader.watch(request);
    } finally {
      open.count -= 1;
    }
  }
  return { open, reader: { ...reader, watch } };
}

const names = (look: Look) => (look.snapshot.kubernetes?.items ?? []).map((one) => one.metadata.name);
const memory = () => fakeKubernetes(appliance().kubernetes?.items ?? []);

// The login probe is the one thing on an interval: whether it still runs is whether its timer does.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe('a watched appliance', () => {
  test('is looked at once and at every change, and left without a watch or a timer', async () => {
    const held = memory();
    const { open, reader } = counted(held.reader);
    const bed = await offlineBed();
    const seen: boolean[] = [];
    for await (const look of watchAppliance(bed.context({ http: page }), clusterOf(reader), { what: 'x' })) {
      seen.push(names(look).includes('extra'));
      if (seen.at(-1)) break;
      await expect.poll(() => open.count).toBe(OBSERVED.length);
      expect(vi.getTimerCount()).toBe(1);
      held.put(extra);
    }
    expect([seen[0], seen.at(-1), open.count, vi.getTimerCount()]).toEqual([false, true, 0, 0]);
  });

  test('is left clean while a snapshot waits that nobody takes', async () => {
    const held = memory();
    const { open, reader } = counted(held.reader);
    const bed = await offlineBed();
    const broken = {
      ...extra,
      status: {
        phase: 'Failed',
        containerStatuses: [
          {
            name: 'x',
            ready: false,
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      },
    };
    for await (const _look of watchAppliance(bed.context({ http: page }), clusterOf(reader), { what: 'x' })) {
      await expect.poll(() => open.count).toBe(OBSERVED.length);
      const asked = held.logs.length;
      held.put(broken);
      // The next snapshot is made: it has asked for the log of what failed, and stands there with it.
      await expect.poll(() => held.logs.length).toBeGreaterThan(asked);
      await immediate();
      break;
    }
    expect([open.count, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test('is listed anew when its watches have gone silent', async () => {
    const held = memory();
    const reader: ClusterReader = {
      ...held.reader,
      // The connection died with a sleeping laptop: nothing comes, and nothing fails.
      watch: async function* silent({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        yield* [];
      },
    };
    const bed = await offlineBed();
    let looks = 0;
    for await (const look of watchAppliance(bed.context({ http: page }), clusterOf(reader), { what: 'x' })) {
      looks += 1;
      if (looks === 1) held.put(extra);
      if (names(look).includes('extra')) break;
    }
    expect(looks).toBeGreaterThan(1);
  });

  test('that does not answer is shown, waited for, and in the end told', async () => {
    const held = memory();
    held.isAway = true;
    const bed = await offlineBed();
    const watched = watchAppliance(bed.context({ http: page }), clusterOf(held.reader), { what: 'the page' });
    await expect(watched.next()).rejects.toMatchObject(SILENT);
    expect(bed.seen.at(-1)).toContain('the page: the API server does not answer');
  });

  test('stops the wait for the background services, too: nothing is known of them then', async () => {
    const held = memory();
    held.isAway = true;
    const bed = await offlineBed();
    const context = bed.context({ http: page, cluster: clusterOf(held.reader) });
    await expect(awaitBackground(context)).rejects.toMatchObject(SILENT);
  });

  test('that answers again is looked at again', async () => {
    const held = memory();
    held.isAway = true;
    // The outage must not be over by the clock before a busy machine has looked again.
    const bed = await offlineBed(50);
    const context = { ...bed.context({ http: page }), see: () => void (held.isAway = false) };
    const watched = watchAppliance(context, clusterOf(held.reader), { what: 'the page' });
    expect((await watched.next()).value?.snapshot.kubernetes?.error).toBeNull();
    await watched.return(undefined);
    expect(vi.getTimerCount()).toBe(0);
  });
});

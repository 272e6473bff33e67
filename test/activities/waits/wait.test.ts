import { describe, expect, test } from 'vitest';
import { ClusterError } from '../../../activities/ports/kubernetes.ts';
import type { Clock } from '../../../activities/ports/clock.ts';
import { createPicture } from '../../../activities/picture.ts';
import { waitFor } from '../../../activities/wait.ts';
import type { InstallObservation } from '../../../model/progress.ts';
import type { StatusDocument } from '../../../model/status.ts';
import { unknownTiers } from '../../../model/tiers.ts';
import { testBlocker } from '../../support/blockers.ts';
import { offlineBed } from '../support/test-bed.ts';

describe('a wait', () => {
  test('shows every look, and ends with the one that says so', async () => {
    const bed = await offlineBed();
    let looks = 0;
    const look = async () => (++looks < 3 ? { saw: `look ${looks}` } : { done: 'there' });
    expect(await waitFor<string | undefined>(bed.context(), { what: 'it', look })).toBe('there');
    expect(bed.seen).toEqual(['it: look 1', 'it: look 2']);
  });

  // Lesson 11: a failed Job was waited for until the full time-out.
  test('ends at once with the proof that it cannot succeed', async () => {
    const bed = await offlineBed();
    const proof = new Error('it has failed');
    let looks = 0;
    const look = async () => {
      looks += 1;
      throw proof;
    };
    await expect(waitFor(bed.context(), { what: 'it', look })).rejects.toBe(proof);
    expect(looks).toBe(1);
  });

  test('sits out a short outage and says so; a long one ends it', async () => {
    const bed = await offlineBed();
    let looks = 0;
    const gone = new ClusterError('unreachable', 'Pod x', 'connect ECONNREFUSED');
    const short = async () => {
      looks += 1;
      if (looks < 4) throw gone;
      return { done: true };
    };
    expect(await waitFor<boolean | undefined>(bed.context(), { what: 'it', look: short })).toBe(true);
    expect(bed.seen).toEqual(['it: the API server does not answer (connect ECONNREFUSED)']);
    await expect(waitFor(bed.context(), { what: 'it', look: () => Promise.reject(gone) })).rejects.toMatchObject({
      blockers: [{ code: 'kubernetes-unreachable', tier: 'platform' }],
    });
  });

  test('ends with the signal, with its reason', async () => {
    const bed = await offlineBed();
    const reason = new Error('cancelled');
    const look = async () => {
      bed.abort(reason);
      return { saw: 'nothing' };
    };
    await expect(waitFor(bed.context(), { what: 'it', look })).rejects.toThrow();
    await expect(waitFor(bed.context(), { what: 'it', look })).rejects.toBe(reason);
  });

  test('ends late only where it says itself what late means, from what was seen last', async () => {
    const bed = await offlineBed();
    const late = { afterMs: 5_000, end: (saw: string) => `late: ${saw}` };
    expect(await waitFor<string>(bed.context(), { what: 'it', look: async () => ({ saw: 'nothing' }), late })).toBe(
      'late: nothing',
    );
  });
});

describe('what a wait tells the workflow', () => {
  test('is what people would notice, once; a service that flaps for three hours makes fewer than 150 reports', async () => {
    const { clock, pass } = handClock();
    const reports: InstallObservation[] = [];
    const picture = createPicture({ ports: { clock } as never, report: async (report) => void reports.push(report) });
    const crash = testBlocker('crash-loop', { component: 'email-service', tier: 'background', loginBlocking: false });
    await picture.tell(status(), []);
    await picture.tell(status(), []);
    expect(reports).toHaveLength(1);
    pass(10_000);
    await picture.tell(status(), [crash]);
    expect(reports.at(-1)?.warnings).toMatchObject([{ code: 'crash-loop', severity: 'warning' }]);
    for (let second = 0; second < 3 * 3600; second += 1) {
      pass(1_000);
      await picture.tell(status(), second % 2 === 0 ? [] : [crash]);
    }
    expect(reports.length).toBeLessThan(150);
  });

  test('the end is told however recent the last report is, and how long something takes is not news', async () => {
    const { clock } = handClock();
    const reports: InstallObservation[] = [];
    const picture = createPicture({ ports: { clock } as never, report: async (report) => void reports.push(report) });
    await picture.tell(status(), []);
    await picture.finish(
      { ...status(), tiers: { ...unknownTiers(), core: { ready: true, status: 'ready', since: null } } },
      [],
    );
    expect(reports).toHaveLength(2);
    const pull = {
      kind: 'image-pull',
      component: 'db',
      tier: 'core',
      object: 'Pod msp/db-0',
      image: 'x:1',
      startedAt: null,
    } as const;
    const rest = { sizeBytes: null, progressAvailable: false, progressReason: null, message: '' };
    await picture.finish({ ...status(), activeOperations: [{ ...pull, ...rest, elapsedSeconds: 1 }] }, []);
    await picture.finish({ ...status(), activeOperations: [{ ...pull, ...rest, elapsedSeconds: 2 }] }, []);
    expect(reports).toHaveLength(3);
  });
});

function handClock(): { clock: Clock; pass: (ms: number) => void } {
  let now = Date.parse('2026-05-01T12:00:00Z');
  return {
    clock: { now: () => new Date(now), sleep: async () => undefined },
    pass: (ms) => {
      now += ms;
    },
  };
}

function status(): StatusDocument {
  return {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Status',
    siteId: 'appliance-single-node',
    timestamp: '2026-05-01T12:00:00.000Z',
    observedAt: null,
    stale: false,
    sources: [],
    release: { selectedReleaseVersion: null, appVersion: null, channel: null, gitRevision: null },
    urls: { statusUrl: null, loginUrl: null },
    rollup: { state: 'installing', message: '', nextAction: null },
    tiers: unknownTiers(),
    topBlockers: [],
    components: [],
    activeOperations: [],
    bootstrap: { job: null, state: 'absent', logs: [], seed: { usersCount: null } },
    loginProbe: null,
    recentEvents: [],
    install: null,
  };
}

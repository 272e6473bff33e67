import { describe, expect, it } from 'vitest';
import type { InstallProgress } from '../../model/progress.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { statusDocument } from '../../model/status.ts';
import type { StatusDocument } from '../../model/status.ts';
import { statusOf, type InstallReading } from '../../status/index.ts';
import { completed, progressIn } from '../client/support/progress.ts';
import { appliance, NOW } from '../diagnosis/appliance.ts';
import { apiDown } from '../diagnosis/faults.ts';
import { SEEDS } from '../diagnosis/seeds.ts';

const at = (seconds: number): Date => new Date(NOW + seconds * 1_000);
const SITE = { siteId: 'berlin', nodeIp: '192.0.2.10', appUrl: 'http://192.0.2.10:3000' };

/** A cluster that nobody asked. */
const unasked = (seconds: number): Snapshot => ({
  apiVersion: 'appliance.alga-psa/v1',
  kind: 'Snapshot',
  takenAt: at(seconds).toISOString(),
  site: SITE,
});
const silent = (seconds: number): Snapshot => ({
  ...appliance(apiDown('connect ECONNREFUSED 192.0.2.10:6443')),
  loginProbe: null,
  takenAt: at(seconds).toISOString(),
});
const heard = (progress: InstallProgress | null, differ: Partial<InstallReading> = {}): InstallReading => ({
  progress,
  unread: null,
  failing: null,
  isOnlyEye: false,
  ...differ,
});
/** What an install said at NOW. */
const said = (progress: InstallProgress): InstallProgress => ({
  ...progress,
  updatedAt: new Date(NOW).toISOString(),
  waits: progress.waits.map((wait) => ({ ...wait, seenAt: new Date(NOW).toISOString() })),
});
const older = (previous: StatusDocument, seconds: number): StatusDocument =>
  statusOf({ cluster: null, install: null, now: at(seconds), previous });

const pullingCore = (): Snapshot => SEEDS['core-image-pulling-for-16-minutes']?.() ?? appliance();

describe('a cluster that answered', () => {
  const fresh = statusOf({ cluster: pullingCore(), install: null, now: at(0), previous: null });

  it('grows older by itself: ages and what is under way, and after two minutes nothing current is known', () => {
    const [operation] = fresh.activeOperations;
    const minute = older(fresh, 60);
    expect(minute.activeOperations[0]?.elapsedSeconds).toBe((operation?.elapsedSeconds ?? 0) + 60);
    expect([minute.stale, minute.sources[0]?.ageSeconds, minute.rollup.state]).toEqual([
      false,
      (fresh.sources[0]?.ageSeconds ?? 0) + 60,
      fresh.rollup.state,
    ]);
    const late = older(fresh, 300);
    expect(late.rollup).toMatchObject({
      state: 'unknown',
      message: 'The current state of the appliance is unknown. Last seen: Installing.',
      lastSeen: { state: 'installing', at: fresh.observedAt },
    });
    expect([late.stale, late.tiers]).toEqual([true, fresh.tiers]);
  });

  it('in part: the document is current whatever the words of the error are, until the answer is old', () => {
    const whole = appliance();
    const items = (whole.kubernetes?.items ?? []).filter(({ kind }) => kind !== 'Job');
    const missing = [{ resource: 'jobs', error: 'timed out' }];
    const part = statusOf({
      cluster: { ...whole, kubernetes: { items, error: null, missing } },
      install: null,
      now: at(0),
      previous: null,
    });
    const [source, ...others] = part.sources;
    expect([part.stale, source]).toMatchObject([false, { partial: true, error: 'could not list jobs' }]);
    const written = { ...part, sources: [{ ...source, error: 'any other words' }, ...others] };
    const read = statusDocument.parse(JSON.parse(JSON.stringify(written)));
    expect([older(read, 60).stale, older(read, 300).stale]).toEqual([false, true]);
  });

  it('of a client that did not write whether a source answers in part: it is read, as one that does not', () => {
    const sources = fresh.sources.map(({ partial: _not, ...rest }) => rest);
    const read = statusDocument.parse(JSON.parse(JSON.stringify({ ...fresh, sources })));
    expect(read.sources.map(({ partial }) => partial)).toEqual(fresh.sources.map(() => false));
  });

  it('and is silent since: the last that was seen stays, through every look that follows, until it answers', () => {
    const healthy = statusOf({ cluster: appliance(), install: null, now: at(0), previous: null });
    const first = statusOf({ cluster: silent(10), install: null, now: at(10), previous: healthy });
    const second = statusOf({ cluster: silent(20), install: null, now: at(20), previous: older(first, 15) });
    for (const document of [first, second]) {
      expect([document.stale, document.components]).toEqual([true, healthy.components]);
      expect(document.rollup).toMatchObject({
        state: 'unknown',
        lastSeen: { state: 'fully_healthy', at: at(0).toISOString() },
      });
      expect(document.topBlockers.map(({ code }) => code)).toEqual(['kubernetes-unreachable']);
    }
    const back = statusOf({ cluster: appliance(), install: null, now: at(30), previous: second });
    expect([back.rollup, back.topBlockers, back.tiers]).toEqual([healthy.rollup, [], healthy.tiers]);
  });
});

describe('an install that is seen before there is a cluster', () => {
  const of = (install: InstallReading, seconds: number): StatusDocument =>
    statusOf({ cluster: unasked(seconds), install, now: at(seconds), previous: null });

  it('is the present while it speaks, and is not when it has been silent for two minutes', () => {
    const install = heard(said(progressIn('core', { siteId: 'berlin' })));
    const now = of(install, 5);
    expect([now.stale, now.observedAt, now.rollup.state]).toEqual([false, at(0).toISOString(), 'installing']);
    const late = of(install, 130);
    expect([late.stale, late.rollup]).toMatchObject([true, { state: 'unknown', lastSeen: { state: 'installing' } }]);
    expect(older(now, 130).rollup).toEqual(late.rollup);
  });

  it('is not the present while its own code fails, and says why', () => {
    const { stale, sources } = of(heard(said(progressIn('core')), { failing: 'version 9 fails' }), 5);
    expect([stale, sources.at(-1)]).toMatchObject([true, { source: 'install', stale: true, error: 'version 9 fails' }]);
  });

  it('paused it is silent by right: a day later it is paused still', () => {
    const day = 86_400;
    const document = of(heard(said(progressIn('core', { state: 'paused' }))), day);
    expect([document.stale, document.rollup.message]).toEqual([false, 'The install is paused.']);
    expect(document.sources.at(-1)).toMatchObject({ source: 'install', stale: false, ageSeconds: day });
  });

  it('over, it says nothing of an appliance that has a cluster, and holds for one that is seen through it alone', () => {
    const over = said(completed({}));
    expect(of(heard(over), 300)).toMatchObject({ stale: true, rollup: { state: 'unknown' } });
    const simulated = of(heard(over, { isOnlyEye: true }), 300);
    expect([simulated.stale, simulated.rollup.state]).toEqual([false, 'ready_to_log_in']);
    expect(older(simulated, 900)).toMatchObject({ stale: false, rollup: { state: 'ready_to_log_in' } });
  });

  it('that cannot be read is a source that says why', () => {
    expect(of(heard(null, { unread: 'the key is gone' }), 0).sources.at(-1)).toEqual({
      source: 'install',
      observedAt: null,
      stale: true,
      ageSeconds: null,
      error: 'the key is gone',
      partial: false,
    });
  });
});

it('what was not asked yet says what it waits for', () => {
  const now = at(0);
  expect(
    statusOf({ cluster: unasked(0), install: null, now, previous: null, waitingFor: 'nobody has said anything' }),
  ).toMatchObject({
    stale: true,
    observedAt: null,
    rollup: { state: 'unknown', message: 'The state of the appliance is not known yet: nobody has said anything.' },
    sources: [{ source: 'kubernetes', error: 'nobody has said anything' }],
    urls: { statusUrl: 'http://192.0.2.10:8080', loginUrl: 'http://192.0.2.10:3000' },
  });
});

import { describe, expect, test } from 'vitest';
import { Blocked } from '../../../activities/blocked.ts';
import type { PhaseRun } from '../../../activities/phase-context.ts';
import { createPicture } from '../../../activities/picture.ts';
import { ClusterError } from '../../../activities/ports/kubernetes.ts';
import { waitFor } from '../../../activities/wait.ts';
import { blockerKey } from '../../../model/blocker.ts';
import type { Blocker } from '../../../model/blocker.ts';
import type { StatusDocument } from '../../../model/status.ts';
import { unknownTiers } from '../../../model/tiers.ts';
import { testBlocker } from '../../support/blockers.ts';
import { playedStep } from './step.ts';

const pull = testBlocker('image-rate-limited', { component: 'db' });
const crash = testBlocker('crash-loop', { component: 'redis' });
const on = (...blockers: Blocker[]) => ({ looking: { known: blockers.map(blockerKey) } });
const blockedBy =
  (...blockers: Blocker[]): PhaseRun =>
  async () => {
    throw new Blocked(blockers);
  };
/** Benign: no look is worth a warning in the worker's log. */
const STILL = { type: 'StillBlocked', nonRetryable: false, nextRetryDelay: 5_000, category: 'BENIGN' };

describe('a parked step', () => {
  test('looks once, and has itself looked at again in five seconds while the same stands, in any order', async () => {
    const step = playedStep();
    let looks = 0;
    const run: PhaseRun = async () => {
      looks += 1;
      throw new Blocked([crash, pull]);
    };
    await expect(step.attempt(run, on(pull, crash))).rejects.toMatchObject(STILL);
    expect([looks, step.slept, step.signals]).toEqual([1, [], []]);
  });

  test('says nothing more of it than codes and components in the failure', async () => {
    const secret = testBlocker('crash-loop', { component: 'redis', reason: `password=hunter2 ${'x'.repeat(50_000)}` });
    const failure = await playedStep().attempt(blockedBy(secret), on(secret)).catch(String);
    expect(failure).toContain('crash-loop/redis');
    expect(failure).not.toContain('hunter2');
  });

  test.each([
    ['one more', [pull, crash]],
    ['another one', [crash]],
  ])('tells %s to its workflow', async (_, found) => {
    const failure = playedStep().attempt(blockedBy(...found), on(pull));
    await expect(failure).rejects.toMatchObject({ type: 'Blocked', nonRetryable: true, details: [found, {}] });
  });

  test('tells it when one of two is gone', async () => {
    await expect(playedStep().attempt(blockedBy(pull), on(pull, crash))).rejects.toMatchObject({ type: 'Blocked' });
  });

  test('of an older install never reports the same again, whatever patience its history names', async () => {
    const step = playedStep();
    const looking = { known: [blockerKey(pull)], patienceMs: 60_000 };
    for (let looks = 0; looks < 30; looks += 1) {
      await expect(step.attempt(blockedBy(pull), { looking })).rejects.toMatchObject(STILL);
      step.pass(5_000);
    }
  });

  test('rests before its very first look where it is told to, outside of itself', async () => {
    const step = playedStep();
    let looks = 0;
    const run: PhaseRun = async () => {
      looks += 1;
      throw new Blocked([pull]);
    };
    const looking = { known: [blockerKey(pull)], restMs: 40_000 };
    await expect(step.attempt(run, { looking })).rejects.toMatchObject({ ...STILL, nextRetryDelay: 40_000 });
    expect([looks, step.slept]).toEqual([0, []]);
    expect(step.kept()?.wait?.saw).toContain('40 s');
    await expect(step.attempt(run, { looking })).rejects.toMatchObject(STILL);
    expect(looks).toBe(1);
  });

  test('shows between its looks what stands in the way, and since when', async () => {
    const step = playedStep();
    const run: PhaseRun = async ({ see }) => {
      see('the checks', 'asking');
      throw new Blocked([pull]);
    };
    for (const seenAt of ['2026-05-01T12:00:00.000Z', '2026-05-01T13:00:00.000Z']) {
      await expect(step.attempt(run, on(pull))).rejects.toMatchObject(STILL);
      const since = '2026-05-01T12:00:00.000Z';
      expect(step.kept()?.wait).toEqual({ what: 'the cause to be fixed', saw: pull.reason, since, seenAt });
      step.pass(3_600_000);
    }
  });

  test('goes on with its wait once nothing blocks, and says so with its attempt', async () => {
    const step = playedStep();
    const run: PhaseRun = async ({ clear, ports, signal }) => {
      await clear();
      await ports.clock.sleep(1_000, signal);
      await clear();
      return { did: 'acted', detail: 'there' };
    };
    expect(await step.attempt(run, { ...on(pull), attempt: 7 })).toMatchObject({ detail: 'there' });
    expect(step.signals).toEqual([{ unblocked: true, attempt: 7, nonce: expect.any(String) }]);
  });

  test('takes what it meets after that for news, also when the worker was killed in between', async () => {
    const step = playedStep();
    const clearedThenBlocked: PhaseRun = async ({ clear }) => {
      await clear();
      throw new Blocked([pull]);
    };
    await expect(step.attempt(clearedThenBlocked, on(pull))).rejects.toMatchObject({ type: 'Blocked' });
    await expect(step.attempt(blockedBy(pull), on(pull))).rejects.toMatchObject({ type: 'Blocked' });
  });
});

describe('a parked step whose worker was killed', () => {
  /** The worker dies before this heartbeat leaves it: the server keeps the one before. */
  const killed = async (step: ReturnType<typeof playedStep>, run: PhaseRun): Promise<void> => {
    await step.attempt(run, on(pull)).catch(() => {});
    step.loseHeartbeats();
  };
  const clears: PhaseRun = async ({ clear }) => {
    await clear();
    throw new Blocked([pull]);
  };

  test('just after it said that it goes on, tells what it is parked on once more, and then is silent again', async () => {
    const step = playedStep();
    await expect(step.attempt(blockedBy(pull), on(pull))).rejects.toMatchObject(STILL);
    await killed(step, clears);
    expect(step.signals).toEqual([{ unblocked: true, nonce: expect.any(String) }]);
    const told = { type: 'Blocked', nonRetryable: true, details: [[pull], {}] };
    await expect(step.attempt(blockedBy(pull), on(pull))).rejects.toMatchObject(told);
    step.scheduleAnew();
    await expect(step.attempt(blockedBy(pull), on(pull))).rejects.toMatchObject(STILL);
    await expect(step.attempt(blockedBy(pull), on(pull))).rejects.toMatchObject(STILL);
  });

  test('before any heartbeat left it, does so too', async () => {
    const step = playedStep();
    await killed(step, clears);
    await expect(step.attempt(blockedBy(pull), on(pull))).rejects.toMatchObject({ type: 'Blocked' });
  });
});

describe('a wait of a parked step', () => {
  test('has been patient already with what it is parked on: it ends at its first look', async () => {
    const step = playedStep();
    let looks = 0;
    const run: PhaseRun = async (context) => {
      const look = async () => ({ saw: `look ${(looks += 1)}` });
      const end = (): never => {
        throw new Blocked([crash]);
      };
      await waitFor(context, { what: 'it', look, late: { afterMs: 3_600_000, end } });
      throw new Error('unreachable');
    };
    await expect(step.attempt(run, on(crash))).rejects.toMatchObject(STILL);
    expect([looks, step.slept]).toEqual([1, []]);
  });

  test('does not sit an outage out again, and goes on once the API server answers', async () => {
    const step = playedStep();
    const gone = new ClusterError('unreachable', 'Pod x', 'connect ECONNREFUSED');
    let answers = 0;
    const run: PhaseRun = async (context) => {
      const look = async () => {
        if (answers === 0) throw gone;
        return answers++ > 1 ? { done: true } : { saw: 'not yet' };
      };
      await waitFor<boolean>(context, { what: 'it', look });
      return { did: 'acted', detail: '' };
    };
    const silence = testBlocker('kubernetes-unreachable', { component: 'kubernetes' });
    await expect(step.attempt(run, on(silence))).rejects.toMatchObject(STILL);
    expect([step.slept, step.signals]).toEqual([[], []]);
    answers = 1;
    expect(await step.attempt(run, on(silence))).toMatchObject({ did: 'acted' });
    expect(step.signals).toEqual([{ unblocked: true, nonce: expect.any(String) }]);
  });
});

describe('what a step tells its workflow', () => {
  const page = testBlocker('probe-failing', { component: 'email-service', tier: 'background', loginBlocking: false });
  const tells = (found: readonly Blocker[]): PhaseRun => {
    return async (context) => {
      await createPicture(context).finish(status(), found);
      throw new Blocked([pull]);
    };
  };

  test('names its attempt, and that warnings went away', async () => {
    const step = playedStep();
    const run: PhaseRun = async (context) => {
      const picture = createPicture(context);
      await picture.finish(status(), [page]);
      await picture.finish(status(), []);
      return { did: 'acted', detail: '' };
    };
    await step.attempt(run, { attempt: 3 });
    expect(step.signals).toMatchObject([
      { attempt: 3, warnings: [{ component: 'email-service' }] },
      { attempt: 3, warnings: [] },
    ]);
  });

  test('is told once by a parked one, however often it looks', async () => {
    const step = playedStep();
    for (let looks = 0; looks < 200; looks += 1) {
      await expect(step.attempt(tells([page]), on(pull))).rejects.toMatchObject(STILL);
      step.pass(5_000);
    }
    expect(step.signals).toHaveLength(1);
  });

  test('that changes all the time stays fewer than 150 signals in a week of looks', async () => {
    const step = playedStep();
    for (let looks = 0; looks < 7 * 24 * 12; looks += 1) {
      await expect(step.attempt(tells(looks % 2 === 0 ? [page] : []), on(pull))).rejects.toMatchObject(STILL);
      step.pass(5 * 60_000);
    }
    expect(step.signals.length).toBeLessThan(150);
    expect(step.signals.length).toBeGreaterThan(30);
  });
});

describe('patience', () => {
  test('counts what failed in the step, not how often a worker had to begin it', async () => {
    // Five workers were killed before this one.
    const step = playedStep({ attempts: 5 });
    let tries = 0;
    const run: PhaseRun = async () => {
      tries += 1;
      if (tries < 3) throw new ClusterError('unreachable', 'Secret x', 'connect ECONNREFUSED');
      return { did: 'acted', detail: 'there' };
    };
    expect(await step.attempt(run)).toMatchObject({ detail: 'there' });
    expect([tries, step.slept]).toEqual([3, [1_000, 2_000]]);
  });

  test('ends with the third failure, in words', async () => {
    const step = playedStep();
    let tries = 0;
    const run: PhaseRun = async () => {
      tries += 1;
      throw new ClusterError('unreachable', 'Secret x', 'connect ECONNREFUSED');
    };
    const details = [[{ code: 'kubernetes-unreachable', tier: 'platform' }], {}];
    await expect(step.attempt(run)).rejects.toMatchObject({ type: 'Blocked', details });
    expect(tries).toBe(3);
  });

  test('keeps since when it waits over the death of a worker', async () => {
    const step = playedStep();
    const waits = (saw: string): PhaseRun => {
      return async ({ see }) => {
        see('the node to be Ready', saw);
        return { did: 'acted', detail: '' };
      };
    };
    await step.attempt(waits('not registered'));
    step.pass(60_000);
    await step.attempt(waits('not ready'));
    expect(step.kept()?.wait).toMatchObject({
      since: '2026-05-01T12:00:00.000Z',
      seenAt: '2026-05-01T12:01:00.000Z',
    });
  });
});

function status(): StatusDocument {
  return { tiers: unknownTiers(), activeOperations: [] } as unknown as StatusDocument;
}

import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';
import type { Blocker } from '../model/blocker.ts';
import type { InstallFacts } from '../model/progress.ts';
import type { Step } from '../model/steps/index.ts';
import { phaseOutcome } from '../model/workflow-contract.ts';
import type { PhaseInput, PhaseOutcome } from '../model/workflow-contract.ts';
import { blockersIn, factsIn, isForeign } from './failures.ts';
import { ACTIVITIES } from './profiles.ts';

/**
 * How one attempt at a step ended. `interrupted`: a retry, a pause, a changed input or a continuation ended it early. `lost`: what came
 * back is not from a worker of this site, so its end is unknown.
 */
export type Attempt =
  | { readonly kind: 'done'; readonly outcome: PhaseOutcome }
  | { readonly kind: 'blocked'; readonly blockers: readonly Blocker[]; readonly facts: Partial<InstallFacts> }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'lost' };

const LONGEST_LOST_REST_MS = 30_000;

/** How long to rest after so many lost attempts in a row: a sender of what is not ours must not fill the history. */
export function lostRestMs(lost: number): number {
  return Math.min(LONGEST_LOST_REST_MS, 1_000 * 2 ** Math.min(lost - 1, 10));
}

/** One attempt that can be interrupted. */
export interface RunningAttempt {
  readonly result: Promise<Attempt>;
  interrupt(): void;
}

/**
 * Begins an attempt at a step and gives its end to come. A step that is looked at while parked runs under the `wait` profile,
 * whatever its own: looking may take as long as the cause needs to go away.
 *
 * An interrupted attempt ends as `interrupted` however its activity fails: its worker may be dead, and then the server ends it
 * by its heartbeat's time-out. What it finished all the same counts. Throws only when the install itself was cancelled.
 *
 * `activityId` is none where the history has the library's own.
 */
export function attemptStep(step: Step, input: PhaseInput, activityId: string | null = null): RunningAttempt {
  const profile = input.looking ? 'wait' : step.profile;
  const scope = new CancellationScope({ cancellable: true });
  let interrupted = false;
  const activity = ACTIVITIES[profile][step.name];
  const begin = (): Promise<PhaseOutcome> =>
    activityId === null ? activity(input) : activity.executeWithOptions({ activityId }, [input]);
  const run = async (): Promise<Attempt> => {
    try {
      const outcome = await scope.run(begin);
      return phaseOutcome.safeParse(outcome).success ? { kind: 'done', outcome } : { kind: 'lost' };
    } catch (error) {
      if (CancellationScope.current().consideredCancelled)
        throw isCancellation(error) ? error : new CancelledFailure('the install was cancelled');
      if (interrupted || isCancellation(error)) return { kind: 'interrupted' };
      if (isForeign(error)) return { kind: 'lost' };
      return { kind: 'blocked', blockers: blockersIn(error, step.name), facts: factsIn(error) };
    }
  };
  return {
    result: run(),
    interrupt: () => {
      interrupted = true;
      scope.cancel();
    },
  };
}

import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';
import type { Blocker } from '../model/blocker.ts';
import type { InstallFacts } from '../model/progress.ts';
import type { Step } from '../model/steps/index.ts';
import type { PhaseInput, PhaseOutcome } from '../model/workflow-contract.ts';
import { blockersIn, factsIn } from './failures.ts';
import { ACTIVITIES } from './profiles.ts';

/** How one attempt at a step ended. `interrupted`: a retry, a pause, a changed input or a continuation ended it early. */
export type Attempt =
  | { readonly kind: 'done'; readonly outcome: PhaseOutcome }
  | { readonly kind: 'blocked'; readonly blockers: readonly Blocker[]; readonly facts: Partial<InstallFacts> }
  | { readonly kind: 'interrupted' };

/** One attempt that somebody may interrupt. */
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
 */
export function attemptStep(step: Step, input: PhaseInput): RunningAttempt {
  const profile = input.looking ? 'wait' : step.profile;
  const scope = new CancellationScope({ cancellable: true });
  let interrupted = false;
  const run = async (): Promise<Attempt> => {
    try {
      return { kind: 'done', outcome: await scope.run(() => ACTIVITIES[profile][step.name](input)) };
    } catch (error) {
      if (CancellationScope.current().consideredCancelled)
        throw isCancellation(error) ? error : new CancelledFailure('the install was cancelled');
      if (interrupted || isCancellation(error)) return { kind: 'interrupted' };
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

import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Blocker } from '../../model/blocker.ts';
import type { InstallFacts } from '../../model/progress.ts';
import type { PhaseInput, PhaseOutcome } from '../../model/workflow-contract.ts';
import { blockersIn, factsIn } from '../failures.ts';
import { ACTIVITIES } from '../profiles.ts';
import type { Step } from './phases.ts';

/** How one attempt at a step ended. `interrupted`: a person's retry, pause or changed input ended it early. */
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
 * Resolves at the end of the step. A parked step runs under the `wait` profile, whatever its own: a check may take as long as the
 * cause lasts. Throws only when the install itself was cancelled.
 */
export function attemptStep(step: Step, input: PhaseInput): RunningAttempt {
  const profile = input.looking ? 'wait' : step.profile;
  const scope = new CancellationScope({ cancellable: true });
  let interrupted = false;
  const run = async (): Promise<Attempt> => {
    try {
      return { kind: 'done', outcome: await scope.run(() => ACTIVITIES[profile][step.activity](input)) };
    } catch (error) {
      if (isCancellation(error)) {
        if (interrupted && !CancellationScope.current().consideredCancelled) return { kind: 'interrupted' };
        throw error;
      }
      return { kind: 'blocked', blockers: blockersIn(error, step.activity), facts: factsIn(error) };
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

import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
} from '@temporalio/workflow';
import { z } from 'zod';
import { blocker } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import { installFacts } from '../model/progress.ts';
import type { InstallFacts } from '../model/progress.ts';
import type { Step } from '../model/steps/index.ts';
import { BLOCKED_FAILURE } from '../model/workflow-contract.ts';
import type { PhaseInput, PhaseOutcome } from '../model/workflow-contract.ts';
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
      return { kind: 'blocked', blockers: blockersIn(error, step), facts: factsIn(error) };
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

/** What the activity found before it failed; nothing where it says nothing. */
function factsIn(error: unknown): Partial<InstallFacts> {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return {};
  const facts = installFacts.partial().safeParse(error.cause.details?.[1]);
  return facts.success ? facts.data : {};
}

/** An activity fails with its blockers; anything else is a failure that no rule knows, and is said to be one. */
function blockersIn(error: unknown, step: Step): readonly Blocker[] {
  if (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === BLOCKED_FAILURE
  ) {
    const blockers = z.array(blocker).min(1).safeParse(error.cause.details?.[0]);
    if (blockers.success) return blockers.data;
  }
  if (!(error instanceof ActivityFailure)) throw error;
  return [unknownFailure(step, error.cause?.message ?? error.message)];
}

function unknownFailure(step: Step, message: string): Blocker {
  return {
    code: 'unknown-failure',
    title: 'A step failed in a way that no rule knows',
    component: step.name,
    tier: 'platform',
    layer: 'unknown',
    loginBlocking: true,
    severity: 'error',
    reason: `The step ${step.name} failed: ${message}`,
    evidence: [{ source: 'workflow', object: step.name, message, at: new Date().toISOString() }],
    nextAction: 'Read the worker log (`appliance-client worker status` names it), then run `appliance-client retry`.',
    retry: 'manual',
    since: new Date().toISOString(),
  };
}

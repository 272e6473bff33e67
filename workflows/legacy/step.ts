import { ActivityFailure, ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import { z } from 'zod';
import { blocker } from '../../model/blocker.ts';
import type { Blocker } from '../../model/blocker.ts';
import { installFacts } from '../../model/progress.ts';
import type { InstallFacts } from '../../model/progress.ts';
import { BLOCKED_FAILURE } from '../../model/workflow-contract.ts';
import type { PhaseInput, PhaseOutcome } from '../../model/workflow-contract.ts';
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
 * Takes a step and what it is given, begins it, and gives its end to come. A step that is looked at while parked runs under
 * the `wait` profile, whatever its own: looking may take as long as the cause needs to go away. Throws only when the
 * install itself was cancelled.
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

/** What the activity found before it failed; nothing where it says nothing, as in histories of earlier versions. */
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
    component: step.activity,
    tier: 'platform',
    layer: 'unknown',
    loginBlocking: true,
    severity: 'error',
    reason: `The step ${step.activity} failed: ${message}`,
    evidence: [{ source: 'workflow', object: step.activity, message, at: new Date().toISOString() }],
    nextAction: 'Read the worker log (`appliance-client worker status` names it), then run `appliance-client retry`.',
    retry: 'manual',
    since: new Date().toISOString(),
  };
}

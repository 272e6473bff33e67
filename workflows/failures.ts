import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { z } from 'zod';
import { blocker } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import { installFacts } from '../model/progress.ts';
import type { InstallFacts } from '../model/progress.ts';
import { BLOCKED_FAILURE } from '../model/workflow-contract.ts';

/** What the activity found before it failed; nothing where it says nothing, as in histories of earlier versions. */
export function factsIn(error: unknown): Partial<InstallFacts> {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return {};
  const facts = installFacts.partial().safeParse(error.cause.details?.[1]);
  return facts.success ? facts.data : {};
}

/** An activity fails with its blockers; anything else is a failure that no rule knows, and is said to be one. */
export function blockersIn(error: unknown, step: string): readonly Blocker[] {
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

function unknownFailure(step: string, message: string): Blocker {
  return {
    code: 'unknown-failure',
    title: 'A step failed in a way that no rule knows',
    component: step,
    tier: 'platform',
    layer: 'unknown',
    loginBlocking: true,
    severity: 'error',
    reason: `The step ${step} failed: ${message}`,
    evidence: [{ source: 'workflow', object: step, message, at: new Date().toISOString() }],
    nextAction: 'Read the worker log (`appliance-client worker status` names it), then run `appliance-client retry`.',
    retry: 'manual',
    since: new Date().toISOString(),
  };
}

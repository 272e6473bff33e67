import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { z } from 'zod';
import { RETRY, advise, client } from '../model/advice.ts';
import { blocker } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import { installFacts } from '../model/progress.ts';
import type { InstallFacts } from '../model/progress.ts';
import { FOREIGN_FAILURE } from '../model/refused.ts';
import { anywhere, renderAdvice } from '../model/render-advice.ts';
import { BLOCKED_FAILURE, STILL_BLOCKED_FAILURE } from '../model/workflow-contract.ts';

/**
 * True for a failure that no worker of this site reported as the end of the step: one that is not ours, or one of ours that the server
 * would have repeated, had it not been reported again as final.
 */
export function isForeign(error: unknown): boolean {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return false;
  const { type } = error.cause;
  return type === FOREIGN_FAILURE || type === STILL_BLOCKED_FAILURE;
}

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

const READ_LOG = advise`Read the worker log (${client('worker', 'status')} names it), then ${RETRY}.`;

function unknownFailure(step: string, message: string): Blocker {
  return {
    code: 'unknown-failure',
    title: 'A step failed with an unknown error',
    component: step,
    tier: 'platform',
    layer: 'unknown',
    loginBlocking: true,
    severity: 'error',
    reason: `The step ${step} failed: ${message}`,
    evidence: [{ source: 'workflow', object: step, message, at: new Date().toISOString() }],
    nextAction: renderAdvice(READ_LOG, anywhere(null)),
    advice: [...READ_LOG],
    retry: 'manual',
    since: new Date().toISOString(),
  };
}

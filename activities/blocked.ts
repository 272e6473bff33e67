import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Blocker } from '../model/blocker.ts';
import type { InstallFacts } from '../model/progress.ts';
import { BLOCKED_FAILURE, STILL_BLOCKED_FAILURE } from '../model/workflow-contract.ts';

/** Thrown by a phase that cannot go on. It carries every blocker that was found, the most login-blocking first. */
export class Blocked extends Error {
  readonly blockers: readonly Blocker[];
  /** What was found all the same, such as the checks that passed. */
  readonly facts: Partial<InstallFacts>;

  constructor(blockers: readonly Blocker[], facts: Partial<InstallFacts> = {}) {
    super(blockers.map((blocker) => blocker.reason).join('; '));
    this.name = 'Blocked';
    this.blockers = blockers;
    this.facts = facts;
  }
}

/**
 * Takes a Blocked error, gives the failure by which Temporal carries it to the workflow. It is not retried by Temporal: the
 * workflow parks and decides. The blockers are the failure's first detail, the facts its second; its message holds no evidence.
 */
export function blockedFailure(error: Blocked): ApplicationFailure {
  return ApplicationFailure.create({
    message: error.blockers.map((blocker) => blocker.code).join(', '),
    type: BLOCKED_FAILURE,
    nonRetryable: true,
    details: [error.blockers, error.facts],
  });
}

/**
 * Takes what a parked phase is still blocked by and how long to rest, gives the failure that has Temporal look again after that:
 * neither an event in the history nor a slot of the worker is used meanwhile, and no look is worth a line in the worker's log.
 */
export function stillBlockedFailure(keys: readonly string[], restMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: keys.join(', '),
    type: STILL_BLOCKED_FAILURE,
    nonRetryable: false,
    nextRetryDelay: restMs,
    category: ApplicationFailureCategory.BENIGN,
  });
}

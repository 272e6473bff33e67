import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Blocker } from '../model/blocker.ts';
import type { InstallFacts } from '../model/progress.ts';
import { BLOCKED_FAILURE, STILL_BLOCKED_FAILURE } from '../model/workflow-contract.ts';

/** Thrown by a phase that cannot continue. It carries every blocker that was found, the most login-blocking first. */
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
 * The failure by which Temporal carries it to the workflow. Temporal does not retry it: the workflow parks and
 * decides. The blockers are the failure's first detail, the facts its second; its message contains no evidence.
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
 * Has Temporal run the step again after the pause: until then neither an event in the history nor a slot of the
 * worker is used, and no check is worth a line in the worker's log.
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

/** Gives the failure by which a worker that is told to stop hands a step on: another one takes it up at once, and not after a rest. */
export function workerStoppedFailure(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'the worker is stopping',
    type: 'WorkerStopped',
    nonRetryable: false,
    nextRetryDelay: 50,
    category: ApplicationFailureCategory.BENIGN,
  });
}

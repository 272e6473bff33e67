import {
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';

/** gRPC's own numbers (grpc/grpc, doc/statuscodes.md). */
const DEADLINE_EXCEEDED = [4];
const NOT_FOUND = [5];
const UNAVAILABLE = [14];

/** Takes what was tried, where, who answers it and what was thrown, gives the error that a person is told; a defect stays what it is. */
export function callFailure(
  what: string,
  { address, answeredBy }: { readonly address: string; readonly answeredBy: 'server' | 'worker' },
  error: unknown,
): unknown {
  if (error instanceof UserError) return error;
  const cause = { cause: error };
  if (error instanceof WorkflowExecutionAlreadyStartedError)
    return new UserError(
      EXIT.held,
      `An install of this site has just ended: it was not begun again. Look at its status.`,
      cause,
    );
  if (isGone(error))
    return new UserError(EXIT.usage, `Cannot ${what}: none is running. \`appliance-client start\` begins one.`, cause);
  if (error instanceof WorkflowUpdateFailedError) {
    const reason = error.cause instanceof ApplicationFailure ? error.cause.message : String(error.cause);
    return new UserError(EXIT.usage, `The install refuses: ${reason}.`, cause);
  }
  if (isLate(error) && answeredBy === 'worker')
    return new UserError(
      EXIT.missing,
      `Cannot ${what}: nobody answered in time. Probably no worker runs: \`appliance-client resume\` starts one, and it may still take effect then.`,
      cause,
    );
  if (isLate(error) || hasStatus(error, UNAVAILABLE))
    return new UserError(
      EXIT.missing,
      `Cannot ${what}: the Temporal server at ${address} does not answer. \`appliance-client resume\` starts the local one again.`,
      cause,
    );
  return error;
}

/** Takes what was tried and how the install ended, gives the error for what came too late for it. */
export function endedMeanwhile(what: string, how: WorkflowExecutionStatusName, cause: unknown): UserError {
  const wasTaken = cause instanceof WorkflowUpdateFailedError;
  const words = how.toLowerCase().replaceAll('_', ' ');
  return new UserError(
    EXIT.usage,
    `Cannot ${what}: it has ended meanwhile (${words})${wasTaken ? ', before it answered' : '; nothing was changed'}. \`appliance-client status\` shows how.`,
    { cause },
  );
}

/** True for a call that nobody answered in its time. */
export function isLate(error: unknown): boolean {
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || hasStatus(error, DEADLINE_EXCEEDED);
}

/** True for the failure of a call about an install that is not running, or no longer. */
function isGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || hasStatus(error, NOT_FOUND);
}

/** Type of the failure of an accepted update whose run ended before it was answered (the server's own). */
const RUN_ENDED = 'AcceptedUpdateCompletedWorkflow';

/** True where nobody can say whether a command was taken: the run that was asked ended, or the line did. */
export function isLostAnswer(error: unknown): boolean {
  if (error instanceof WorkflowUpdateFailedError)
    return error.cause instanceof ApplicationFailure && error.cause.type === RUN_ENDED;
  return isGone(error) || hasStatus(error, UNAVAILABLE);
}

function hasStatus(error: unknown, codes: readonly number[]): boolean {
  const inner = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(inner) && codes.includes(inner.code);
}

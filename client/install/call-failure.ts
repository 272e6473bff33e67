import {
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { ApplicationFailure, NamespaceNotFoundError } from '@temporalio/common';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { advise, client } from '../../model/advice.ts';
import { advisedError } from '../site/hints.ts';

/** gRPC's own numbers (grpc/grpc, doc/statuscodes.md). */
const DEADLINE_EXCEEDED = [4];
const NOT_FOUND = [5];
const UNAVAILABLE = [14];
/** PERMISSION_DENIED and UNAUTHENTICATED. */
const REFUSED = [7, 16];

/** The error to report for a failed call; an unforeseen one is given back as it is. `what` reads on after "Cannot". */
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
      `An install of this site has just ended; it was not started again. Check its status.`,
      cause,
    );
  if (error instanceof NamespaceNotFoundError)
    return new UserError(
      EXIT.missing,
      `Cannot ${what}: the Temporal server at ${address} has no namespace ${error.namespace}. Check TEMPORAL_NAMESPACE, or create the namespace.`,
      cause,
    );
  if (hasStatus(error, REFUSED))
    return new UserError(
      EXIT.missing,
      `Cannot ${what}: the Temporal server at ${address} denied access. Check that TEMPORAL_API_KEY, or the certificate of TEMPORAL_TLS_*, may write to the namespace of TEMPORAL_NAMESPACE, and has not expired.`,
      cause,
    );
  if (isGone(error)) return noneRunning(what, error);
  if (error instanceof WorkflowUpdateFailedError) {
    const reason = error.cause instanceof ApplicationFailure ? error.cause.message : String(error.cause);
    return new UserError(EXIT.usage, `The install refused the request: ${reason}.`, cause);
  }
  if (isLate(error) && answeredBy === 'worker')
    return advisedError(
      EXIT.missing,
      advise`Cannot ${what}: no answer in time. Probably no worker is running: ${client('resume')} starts one, and the request may still take effect then.`,
      cause,
    );
  if (isLate(error) || hasStatus(error, UNAVAILABLE))
    return advisedError(
      EXIT.missing,
      advise`Cannot ${what}: the Temporal server at ${address} does not answer. ${client('resume')} starts the local one again.`,
      cause,
    );
  return error;
}

/** The error for an attempt on an install that is not running. `what` reads on after "Cannot". */
export function noneRunning(what: string, cause?: unknown): UserError {
  return advisedError(EXIT.usage, advise`Cannot ${what}: no install is running. Start one: ${client('start')}.`, {
    cause,
  });
}

/** The error for a request that came too late: the install has ended. */
export function endedMeanwhile(what: string, how: WorkflowExecutionStatusName, cause: unknown): UserError {
  const wasTaken = cause instanceof WorkflowUpdateFailedError;
  const words = how.toLowerCase().replaceAll('_', ' ');
  return advisedError(
    EXIT.usage,
    advise`Cannot ${what}: it has already ended (${words})${wasTaken ? ', before it answered' : '; nothing was changed'}. ${client('status')} shows how.`,
    { cause },
  );
}

/** True for a call without an answer in its time. */
export function isLate(error: unknown): boolean {
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || hasStatus(error, DEADLINE_EXCEEDED);
}

/** True for the failure of a call about an install that is not running (any more). */
function isGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || hasStatus(error, NOT_FOUND);
}

/** Type of the failure of an accepted update whose run ended before it was answered (the server's own). */
const RUN_ENDED = 'AcceptedUpdateCompletedWorkflow';

/** True if it is unknown whether a command was accepted: the run that was asked ended, or the connection did. */
export function isLostAnswer(error: unknown): boolean {
  if (error instanceof WorkflowUpdateFailedError)
    return error.cause instanceof ApplicationFailure && error.cause.type === RUN_ENDED;
  return isGone(error) || hasStatus(error, UNAVAILABLE);
}

function hasStatus(error: unknown, codes: readonly number[]): boolean {
  const inner = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(inner) && codes.includes(inner.code);
}

import type { Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';

/** temporal.api.enums.v1.WorkflowExecutionStatus */
const RUNNING = 1;
/** gRPC's own number (grpc/grpc, doc/statuscodes.md). */
const NOT_FOUND = 5;

/** A connection to a server, of a client or a worker. */
export type ServiceOf = Pick<Connection | NativeConnection, 'workflowService'>;

/**
 * The task queue of the newest run with this id while it is open; null if it has ended or does not exist. Nothing is decrypted, so no key
 * is needed.
 */
export async function queueOfOpen(
  { workflowService }: ServiceOf,
  namespace: string,
  workflowId: string,
): Promise<string | null> {
  try {
    const { workflowExecutionInfo, executionConfig } = await workflowService.describeWorkflowExecution({
      namespace,
      execution: { workflowId },
    });
    return Number(workflowExecutionInfo?.status) === RUNNING ? (executionConfig?.taskQueue?.name ?? '') : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NOT_FOUND) return null;
    throw error;
  }
}

import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import { UserError } from '../terminal/failure.ts';
import { EXIT } from '../terminal/exit-codes.ts';

/** Repetitions of a failing task leave no event: the failure stands among the newest few. */
const NEWEST_EVENTS = 20;
const MESSAGE_LENGTH = 500;

/** Why an install does not move although a worker runs: its code fails on the install's history. */
export interface FailingTask {
  /** The worker, by the name that it gave the server. */
  readonly worker: string;
  readonly message: string;
}

/** Takes a description of a workflow, gives how its present workflow task fails; null where it does not. */
export async function failingTaskOf(
  client: Client,
  namespace: string,
  { workflowId, runId, raw }: WorkflowExecutionDescription,
): Promise<FailingTask | null> {
  if ((raw.pendingWorkflowTask?.attempt ?? 0) <= 1) return null;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: NEWEST_EVENTS,
  });
  const failed = history?.events?.find((event) => event.workflowTaskFailedEventAttributes);
  const attributes = failed?.workflowTaskFailedEventAttributes;
  if (!attributes) return null;
  const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, attributes.failure);
  return {
    worker: attributes.identity ?? 'unknown',
    message: (error?.message ?? 'no message').slice(0, MESSAGE_LENGTH),
  };
}

/** Takes what was tried and how the task fails, gives the error that a person is told. */
export function failingTaskError(what: string, { worker, message }: FailingTask, cause: unknown): UserError {
  return new UserError(
    EXIT.missing,
    `Cannot ${what}: the workflow's code in worker ${worker} fails: ${message}. Update that worker's appliance-client to the version that began the install, or a newer one, and start the worker again (\`appliance-client worker stop\`, then \`appliance-client resume\`).`,
    { cause },
  );
}

import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { InputUpdate } from '../../model/workflow-contract.ts';
import { UPDATE_PAUSE, UPDATE_RESUME, UPDATE_RETRY, UPDATE_SET_INPUT } from '../../model/workflow-contract.ts';
import { callFailure, endedMeanwhile, isLate, isLostAnswer, noneRunning } from './call-failure.ts';
import { failingTaskError } from './failing-task.ts';
import type { FailingTask } from './failing-task.ts';

/**
 * How long a command waits for a worker to accept it. The task of a killed worker is given to another after ten seconds, and what
 * waits in that worker's own queue after ten more; then the other one reads the whole history.
 */
const UPDATE_TIMEOUT_MS = 45_000;
/** How long it is sent before the reason for the missing answer is checked. */
const SENDING_MS = 5_000;
/** An accepted update answers when the running step has stopped: the heartbeat time-out of a lost worker, and some. */
const EFFECT_TIMEOUT_MS = 15_000;
/** How often one command is sent again because its answer was lost: a run that continues as new, or a server that restarts. */
const LOST_ANSWERS = 3;

/** Each reads on after "Cannot". */
const UPDATE_WORDS = {
  [UPDATE_RETRY]: 'retry',
  [UPDATE_PAUSE]: 'pause',
  [UPDATE_RESUME]: 'resume',
  [UPDATE_SET_INPUT]: 'change the inputs of',
} as const;
type UpdateName = keyof typeof UPDATE_WORDS;

/** What sending needs to read from the server. */
export interface Sight {
  readonly client: Client;
  readonly address: string;
  readonly signal: AbortSignal;
  describe(siteId: string): Promise<WorkflowExecutionDescription | null>;
  failingTask(siteId: string, description: WorkflowExecutionDescription): Promise<FailingTask | null>;
  hasWorker(siteId: string): Promise<boolean>;
}

export interface Update {
  readonly siteId: string;
  /** Of its newest install; null where none was ordered. */
  readonly workflowId: string | null;
  readonly name: UpdateName;
  readonly arg?: InputUpdate;
}

/**
 * Sends a command to a running install. One command is one id, however often it is sent: if its answer is late or lost it is sent
 * again, and takes effect once. Throws a UserError that says why it is not accepted: the install has ended, its code fails, no worker
 * is running.
 */
export async function sendUpdate(sight: Sight, { siteId, workflowId, name, arg }: Update): Promise<void> {
  const { client, address, signal } = sight;
  const commandId = crypto.randomUUID();
  const what = `${UPDATE_WORDS[name]} the install of ${siteId}`;
  if (workflowId === null) throw noneRunning(what);
  const failure = (error: unknown): unknown => callFailure(what, { address, answeredBy: 'worker' }, error);
  const send = async (): Promise<void> => {
    const handle = await client.withDeadline(Date.now() + SENDING_MS, () =>
      client.workflow.getHandle(workflowId).startUpdate<unknown, [unknown]>(name, {
        args: [named(arg, commandId)],
        updateId: commandId,
        waitForStage: 'ACCEPTED',
      }),
    );
    try {
      await client.withDeadline(Date.now() + EFFECT_TIMEOUT_MS, () => handle.result());
    } catch (error) {
      // It is accepted, and takes effect without a client that waits for it.
      if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) || signal.aborted) throw error;
    }
  };
  const until = Date.now() + UPDATE_TIMEOUT_MS;
  for (let lost = 0; ;) {
    try {
      return await client.withAbortSignal(signal, send);
    } catch (error) {
      signal.throwIfAborted();
      const late = isLate(error);
      if (!late && !isLostAnswer(error)) throw failure(error);
      const description = await seen(() => sight.describe(siteId), failure(error));
      if (description && description.status.name !== 'RUNNING')
        throw endedMeanwhile(what, description.status.name, error);
      const failing = description && (await seen(() => sight.failingTask(siteId, description), failure(error)));
      if (failing) throw failingTaskError(what, failing, error);
      lost += late ? 0 : 1;
      const isOver = Date.now() >= until || lost >= LOST_ANSWERS;
      if (!description || isOver || (late && !(await seen(() => sight.hasWorker(siteId), failure(error)))))
        throw failure(error);
    }
  }
}

/** Reads why there is no answer; if that fails, too, the first failure is reported. */
async function seen<Value>(look: () => Promise<Value>, failure: unknown): Promise<Value> {
  try {
    return await look();
  } catch {
    throw failure;
  }
}

/** The argument that changes the spec of an install up to 0.1.0 has no field for an id. */
function named(arg: InputUpdate | undefined, commandId: string): unknown {
  return arg && 'change' in arg ? arg : { ...arg, commandId };
}

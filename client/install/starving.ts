import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { TemporalAccess } from '../../temporal/index.ts';
import { dateOf } from './view.ts';
import type { ViewParts } from './view.ts';

/** A worker asks again after a minute without work (the server's long poll). */
const POLL_MS = 70_000;
/** temporal.api.enums.v1.TaskQueueType */
const QUEUE_TYPES = { workflow: 1, activity: 2 } as const;
/** temporal.api.enums.v1.PendingActivityState */
const SCHEDULED: temporal.api.enums.v1.PendingActivityState = 1;
/** A worker with a free slot picks up a step at once. */
const STARVES_AFTER_MS = 3_000;

type Server = Pick<TemporalAccess, 'client' | 'namespace' | 'taskQueue'>;

/** Whether a worker has polled for work of that kind lately. */
export async function hasPoller(
  { client, namespace, taskQueue }: Server,
  type: keyof typeof QUEUE_TYPES,
): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: QUEUE_TYPES[type],
  });
  const since = Date.now() - POLL_MS;
  return (pollers ?? []).some(({ lastAccessTime }) => (dateOf(lastAccessTime)?.getTime() ?? 0) > since);
}

/**
 * The wait of a step that is due and that no worker has picked up, and why: no worker is running, or all are busy. Null if none is
 * due. A step between two attempts is not due.
 * @param workerRuns what this machine knows of its own worker, which is newer than what the server knows of pollers
 */
export async function starvingOf(
  server: Server,
  { raw, taskQueue }: Pick<WorkflowExecutionDescription, 'raw' | 'taskQueue'>,
  workerRuns?: Promise<boolean>,
): Promise<ViewParts['starving']> {
  const now = new Date();
  const due = (raw.pendingActivities ?? []).flatMap(({ state, paused, nextAttemptScheduleTime, scheduledTime }) => {
    const at = dateOf(nextAttemptScheduleTime) ?? dateOf(scheduledTime);
    return state === SCHEDULED && !paused && at && now.getTime() - at.getTime() > STARVES_AFTER_MS ? [at] : [];
  });
  const [first] = due.toSorted((one, other) => one.getTime() - other.getTime());
  if (first === undefined) return null;
  const isPolled = (await workerRuns?.catch(() => true)) ?? (await hasPoller({ ...server, taskQueue }, 'activity'));
  return {
    what: isPolled ? 'a free worker' : 'a worker',
    saw: isPolled ? 'all workers are busy with other steps' : 'no worker is running',
    since: first.toISOString(),
    seenAt: now.toISOString(),
  };
}

import { msToTs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { WorkerState } from '../model/records.ts';
import { endOrphans } from '../system/processes.ts';
import { openTemporal } from '../temporal/connection.ts';
import type { TemporalAccess } from '../temporal/connection.ts';

/** In all; what is not failed by then ends by its heartbeat time-out. */
const TIMEOUT_MS = 10_000;
const PAGE = 100;
/** More installs than one station is meant for. */
const MOST_PAGES = 20;
const AT_ONCE = 10;
/** The next attempt waits for a worker, not for this. */
const NEXT_ATTEMPT_MS = 50;
/** temporal.api.enums.v1.PendingActivityState */
const STARTED: temporal.api.enums.v1.PendingActivityState = 2;
/** gRPC's code: the attempt has already ended. */
const NOT_FOUND = 5;

export interface ReapOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/**
 * Kills what an ended worker had started on this machine, and fails the steps that it was running, so that another worker continues them at
 * once: the server itself would notice only by the heartbeat time-out. In this order, so that an old and a new attempt do not act at the
 * same time. Never throws: without it everything continues later.
 */
export async function reap(dead: WorkerState, options: ReapOptions): Promise<void> {
  const diedBefore = Date.now();
  // A worker of a client up to 0.1.0 may have shared the group of its terminal.
  if (dead.start !== undefined) endOrphans(dead.pid);
  if (dead.identity === undefined) return;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const access = await openTemporal({ ...options, signal, start: 'never' });
    try {
      const isThere = access.local === dead.local && (access.local || access.address === dead.address);
      if (!isThere || access.namespace !== dead.namespace) return;
      const lost = { identity: dead.identity, diedBefore };
      const count = await access.client.withDeadline(diedBefore + TIMEOUT_MS, () =>
        access.client.withAbortSignal(signal, () => failAttempts(access, lost)),
      );
      if (count > 0) options.onProgress(`restarted the steps of the worker that ended: ${count}`);
    } finally {
      await access.close();
    }
  } catch (error) {
    options.onProgress(
      `the steps of the worker that ended continue later: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

interface Lost {
  readonly identity: string;
  /** A new worker may have the same name: what started later is its own. */
  readonly diedBefore: number;
}

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

async function failAttempts(access: TemporalAccess, lost: Lost): Promise<number> {
  const open = await openExecutions(access);
  let count = 0;
  for (let at = 0; at < open.length; at += AT_ONCE) {
    const failed = await Promise.all(open.slice(at, at + AT_ONCE).map((one) => failIn(access, one, lost)));
    count += failed.reduce((sum, each) => sum + each, 0);
  }
  return count;
}

/** Raw, here and below: nothing is decrypted to end an attempt. */
async function openExecutions({ client, namespace, taskQueue, local }: TemporalAccess): Promise<Execution[]> {
  const open: Execution[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: temporal.api.workflowservice.v1.IListWorkflowExecutionsResponse =
      await client.workflowService.listWorkflowExecutions({
        namespace,
        pageSize: PAGE,
        nextPageToken,
        query: openQuery({ local, taskQueue }),
      });
    for (const { execution } of answer.executions ?? [])
      if (execution?.workflowId && execution.runId)
        open.push({ workflowId: execution.workflowId, runId: execution.runId });
    nextPageToken = answer.nextPageToken ?? new Uint8Array();
    if (nextPageToken.length === 0) break;
  }
  return open;
}

/** The local server has only this operator's workflows; on another one those of our queue are ours. */
export function openQuery({ local, taskQueue }: Pick<TemporalAccess, 'local' | 'taskQueue'>): string {
  const open = `ExecutionStatus = 'Running'`;
  return local ? open : `${open} AND TaskQueue = '${taskQueue.replaceAll("'", "\\'")}'`;
}

async function failIn({ client, namespace }: TemporalAccess, execution: Execution, lost: Lost): Promise<number> {
  const { pendingActivities } = await client.workflowService.describeWorkflowExecution({ namespace, execution });
  let count = 0;
  for (const { activityId, state, lastWorkerIdentity, lastStartedTime } of pendingActivities ?? []) {
    const began = Number(lastStartedTime?.seconds ?? 0) * 1000;
    if (!activityId || state !== STARTED || lastWorkerIdentity !== lost.identity || began > lost.diedBefore) continue;
    try {
      await client.workflowService.respondActivityTaskFailedById({
        namespace,
        ...execution,
        activityId,
        identity: lost.identity,
        failure: {
          message: 'the worker that was running this step has ended',
          source: 'appliance-client',
          applicationFailureInfo: { type: 'WorkerLost', nonRetryable: false, nextRetryDelay: msToTs(NEXT_ATTEMPT_MS) },
        },
      });
      count += 1;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === NOT_FOUND)) throw error;
    }
  }
  return count;
}

import type { Client, WorkflowExecutionDescription, WorkflowExecutionStatusName } from '@temporalio/client';
import { readDocument } from '../../model/documents.ts';
import { INSTALL_PROGRESS, heartbeatDetail } from '../../model/progress.ts';
import type { HeartbeatDetail, InstallProgress } from '../../model/progress.ts';
import { MEMO_PROGRESS } from '../../model/workflow-contract.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import type { FailingTask } from './failing-task.ts';
import { decodeFirst } from '../../temporal/decode.ts';

/** The newest install of a site, as the Temporal server knows it. */
export interface InstallView {
  readonly run: WorkflowExecutionStatusName;
  readonly startedAt: Date;
  /** Null until a worker has taken up the install for the first time. */
  readonly progress: InstallProgress | null;
  /** Where the workflow itself was asked: why this is the memo's word all the same, which may be older. Else null. */
  readonly memoBecause: string | null;
  /** Why it does not move although a worker runs: its code fails there. Null where it does not. */
  readonly failing: FailingTask | null;
}

/** The progress as the workflow gives it, or why it gave none. */
export type Asked = { readonly progress: InstallProgress } | { readonly why: string };

/**
 * Takes a description of the workflow, what it answered itself and how its code fails, gives the view: the workflow's progress or the memo's, with
 * the waits and operations that the newest heartbeat tells. Only the answer needs a worker. Throws a UserError when the progress was
 * written by another version.
 */
export async function viewOf(
  client: Client,
  description: WorkflowExecutionDescription,
  { asked, failing }: { readonly asked: Asked | null; readonly failing: FailingTask | null } = {
    asked: null,
    failing: null,
  },
): Promise<InstallView> {
  const { memo } = description;
  const details = await heartbeatsOf(client, description);
  const held = memo?.[MEMO_PROGRESS];
  const known = held === undefined ? null : parseProgress(held);
  const progress = asked && 'progress' in asked ? asked.progress : known;
  return {
    run: description.status.name,
    startedAt: description.startTime,
    progress: progress && overlaid(progress, details),
    memoBecause: asked && 'why' in asked ? asked.why : null,
    failing,
  };
}

/** Takes a description of a workflow, gives what the newest heartbeat of each of its activities tells; null for none. */
export function heartbeatsOf(
  client: Client,
  { raw }: Pick<WorkflowExecutionDescription, 'raw'>,
): Promise<(HeartbeatDetail | null)[]> {
  return Promise.all(
    (raw.pendingActivities ?? []).map((one) => detailOf(client, one.heartbeatDetails?.payloads ?? [])),
  );
}

/** Takes what a memo or an answer holds, gives the progress. Throws a UserError when it was written by a version that cannot be read here. */
export function parseProgress(value: unknown): InstallProgress {
  const read = readDocument(INSTALL_PROGRESS, value);
  if ('value' in read) return read.value;
  throw new UserError(
    EXIT.held,
    'newer' in read
      ? `The progress of this install was written by a newer client (version ${read.newer}): update appliance-client.`
      : `The progress of this install was written by another version of appliance-client (${read.fault}). Use that version, or a newer one.`,
  );
}

/** Heartbeats are newer than the memo, which only changes with the picture; while nothing runs they say nothing. */
function overlaid(progress: InstallProgress, details: readonly (HeartbeatDetail | null)[]): InstallProgress {
  const known = details.filter((detail) => detail !== null);
  const waits = known.flatMap((detail) => (detail.wait ? [detail.wait] : []));
  const operations = known.flatMap((detail) => detail.activeOperations);
  return {
    ...progress,
    waits: waits.length > 0 ? waits : progress.waits,
    activeOperations: operations.length > 0 ? operations : progress.activeOperations,
  };
}

/** A heartbeat is a hint: one that another version wrote is not worth an error. */
async function detailOf(client: Client, payloads: Parameters<typeof decodeFirst>[1]): Promise<HeartbeatDetail | null> {
  if (payloads.length === 0) return null;
  const parsed = heartbeatDetail.safeParse(await decodeFirst(client, payloads));
  return parsed.success ? parsed.data : null;
}

interface Timestamp {
  readonly seconds?: { toNumber(): number } | number | string | null;
}

/** Takes a time as the server gives it, gives a Date; null for none. */
export function dateOf(timestamp: Timestamp | null | undefined): Date | null {
  const seconds = timestamp?.seconds;
  if (seconds === null || seconds === undefined) return null;
  const value = typeof seconds === 'object' ? seconds.toNumber() : Number(seconds);
  return value > 0 ? new Date(value * 1000) : null;
}

import type { Client, WorkflowExecutionDescription, WorkflowExecutionStatusName } from '@temporalio/client';
import { readDocument } from '../../model/documents.ts';
import { whyRefused } from '../../model/refused.ts';
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
  /** Null until a worker has picked up the install for the first time. */
  readonly progress: InstallProgress | null;
  /** If the workflow itself was asked: why this is still the memo, which may be older. Else null. */
  readonly memoBecause: string | null;
  /** Why it makes no progress although a worker is running: its code fails there. Null if it does not. */
  readonly failing: FailingTask | null;
  /** It waits in the queue of another user or machine: no worker of this one continues it. */
  readonly isServedElsewhere?: true;
  /** It was ended by a takeover. */
  readonly isTakenOver?: true;
}

/** The progress as the workflow gives it, or why it gave none. */
export type Asked = { readonly progress: InstallProgress } | { readonly why: string };

/** What was found beside the description. */
export interface ViewParts {
  readonly asked: Asked | null;
  readonly failing: FailingTask | null;
  /** That a step waits for a worker, which is newer than anything that a step itself reported. */
  readonly starving: InstallProgress['waits'][number] | null;
}

/**
 * The workflow's progress or the memo's, with the waits and operations of the newest heartbeat. Only the workflow's own answer needs
 * a worker. Throws a UserError when the progress was written by another version.
 */
export async function viewOf(
  client: Client,
  description: WorkflowExecutionDescription,
  { asked, failing, starving }: ViewParts = { asked: null, failing: null, starving: null },
): Promise<InstallView> {
  const { memo } = description;
  const details = await heartbeatsOf(client, description);
  const held = memo?.[MEMO_PROGRESS];
  const known = held === undefined || whyRefused(held) !== null ? null : parseProgress(held);
  const progress = asked && 'progress' in asked ? asked.progress : known;
  return {
    run: description.status.name,
    startedAt: description.startTime,
    progress: progress && overlaid(progress, details, starving),
    memoBecause: asked && 'why' in asked ? asked.why : null,
    failing,
  };
}

/** The newest heartbeat of each pending activity; null for one without. */
export function heartbeatsOf(
  client: Client,
  { raw, workflowId }: Pick<WorkflowExecutionDescription, 'raw' | 'workflowId'>,
): Promise<(HeartbeatDetail | null)[]> {
  return Promise.all(
    (raw.pendingActivities ?? []).map(({ activityId, heartbeatDetails }) =>
      detailOf(client, heartbeatDetails?.payloads ?? [], { workflowId, activityId: activityId ?? '' }),
    ),
  );
}

/** The progress in a memo or an answer. Throws a UserError when it was written by a version that cannot be read here. */
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

/** Heartbeats are newer than the memo, which changes only with the progress; while nothing runs there are none. */
function overlaid(
  progress: InstallProgress,
  details: readonly (HeartbeatDetail | null)[],
  starving: ViewParts['starving'],
): InstallProgress {
  const known = details.filter((detail) => detail !== null);
  const waits = starving ? [starving] : known.flatMap((detail) => (detail.wait ? [detail.wait] : []));
  const operations = known.flatMap((detail) => detail.activeOperations);
  return {
    ...progress,
    waits: waits.length > 0 ? waits : progress.waits,
    activeOperations: operations.length > 0 ? operations : progress.activeOperations,
  };
}

type Raw = Parameters<typeof decodeFirst> extends [Client, ...infer Rest] ? Rest : never;

/** A heartbeat is a hint: one that another version or a stranger wrote is not worth an error. */
async function detailOf(client: Client, ...[payloads, place]: Raw): Promise<HeartbeatDetail | null> {
  if (payloads.length === 0) return null;
  const parsed = heartbeatDetail.safeParse(await decodeFirst(client, payloads, place));
  return parsed.success ? parsed.data : null;
}

interface Timestamp {
  readonly seconds?: { toNumber(): number } | number | string | null;
}

/** From the protobuf timestamp of the server; null for none. */
export function dateOf(timestamp: Timestamp | null | undefined): Date | null {
  const seconds = timestamp?.seconds;
  if (seconds === null || seconds === undefined) return null;
  const value = typeof seconds === 'object' ? seconds.toNumber() : Number(seconds);
  return value > 0 ? new Date(value * 1000) : null;
}

import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { redact } from '../../redaction/index.ts';
import { decodeFirst } from '../../temporal/decode.ts';
import { versionIn } from '../../temporal/identity.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { clean } from '../terminal/text.ts';

/** Why an install does not move although a worker runs: the installer's own code fails on the install's history. */
export interface FailingTask {
  /** The worker, by the name that it gave the server. */
  readonly worker: string;
  /** The version of appliance-client that the worker is of; null for one up to 0.1.0, which does not say. */
  readonly version: string | null;
  /** One line, without secrets. */
  readonly message: string;
}

/** Repetitions of a failing task leave no event, so that its failure stands near the end; what arrives since stands behind it. */
const PAGE_EVENTS = 50;
const MOST_PAGES = 4;
const MESSAGE_LENGTH = 300;

/** temporal.api.enums.v1.WorkflowTaskFailedCause: ends of a task that are part of an ordinary life, by which nothing is broken. */
const ORDINARY = new Set([
  1, // unhandled command: something arrived while the workflow was about to end
  8, // reset of the sticky queue
  12, // reset of the workflow
  16, // force close
  17, // failover close
]);

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Failed = temporal.api.history.v1.IWorkflowTaskFailedEventAttributes;

/** Takes a description of a workflow, gives how its present workflow task fails over and over; null where it does not. */
export async function failingTaskOf(
  client: Client,
  namespace: string,
  description: WorkflowExecutionDescription,
): Promise<FailingTask | null> {
  if (description.status.name !== 'RUNNING' || (description.raw.pendingWorkflowTask?.attempt ?? 0) <= 1) return null;
  const failed = await newestFailure(client, namespace, description);
  if (!failed) return null;
  const worker = clean(failed.identity ?? '') || 'unknown';
  return { worker, version: versionIn(worker), message: await messageOf(client, failed) };
}

/** The failure after the last task that succeeded; a task may also have been lost with its worker, which leaves none. */
async function newestFailure(
  client: Client,
  namespace: string,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<Failed | null> {
  let nextPageToken: Uint8Array | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryReverseResponse =
      await client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace,
        execution: { workflowId, runId },
        maximumPageSize: PAGE_EVENTS,
        ...(nextPageToken && { nextPageToken }),
      });
    const end = answer.history?.events?.find((event) => failureIn(event) ?? event.workflowTaskCompletedEventAttributes);
    if (end) return failureIn(end);
    nextPageToken = answer.nextPageToken ?? null;
    if (!nextPageToken?.length) return null;
  }
  return null;
}

function failureIn({ workflowTaskFailedEventAttributes: failed }: HistoryEvent): Failed | null {
  return failed && !ORDINARY.has(failed.cause ?? 0) ? failed : null;
}

const encodedAttributes = z.object({ message: z.string() });

/** What the code said; it may be encrypted with a key that this machine does not have. */
async function messageOf(client: Client, { failure }: Failed): Promise<string> {
  const hidden = failure?.encodedAttributes;
  const read = hidden ? encodedAttributes.safeParse(await decodeFirst(client, [hidden]).catch(() => null)) : null;
  if (read && !read.success) return 'its message is encrypted with a key that this machine does not have';
  const message = read?.data?.message ?? failure?.message ?? '';
  const told = clean(redact(message.slice(0, MESSAGE_LENGTH * 10)));
  if (told === '') return 'it says not why';
  return told.length > MESSAGE_LENGTH ? `${told.slice(0, MESSAGE_LENGTH)}…` : told;
}

/** Takes how a task fails, gives what is wrong in one sentence. */
export function failingSentence({ worker, version, message }: FailingTask): string {
  const of = version === null ? 'of a version that it does not say' : `of version ${version}`;
  return `the installer's own code cannot go on with this install; it fails in the worker ${worker}, ${of}: ${message}`;
}

/** What a person does about it. Takes how a command is called. */
export function failingAdvice(call: (command: string) => string): string {
  return (
    'Nothing is lost: the install goes on where it is with a worker of the version that began it, or of a newer one. ' +
    `Update appliance-client, then \`${call('worker stop')}\` and \`${call('resume')}\`; if it fails in the newest version too, report it with the line above.`
  );
}

/** Takes what was tried and how the task fails, gives the error that a person is told. */
export function failingTaskError(what: string, failing: FailingTask, cause?: unknown): UserError {
  const advice = failingAdvice((command) => `appliance-client ${command}`);
  return new UserError(EXIT.missing, `Cannot ${what}: ${failingSentence(failing)}. ${advice}`, { cause });
}

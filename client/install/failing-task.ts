import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { advise, client as callOf } from '../../model/advice.ts';
import { renderAdvice } from '../../model/render-advice.ts';
import { redact } from '../../redaction/index.ts';
import { decodeFirst } from '../../temporal/decode.ts';
import { versionIn } from '../../temporal/identity.ts';
import { advisedError, situationOf } from '../site/hints.ts';
import type { CallContext } from '../site/hints.ts';
import type { Site } from '../site/site.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { UserError } from '../terminal/failure.ts';
import { clean } from '../terminal/text.ts';

/** Why an install makes no progress although a worker is running: the installer's own code fails on the install's history. */
export interface FailingTask {
  /** The worker, by the name that it gave the server. */
  readonly worker: string;
  /** The worker's version of appliance-client; null for one up to 0.1.0, which does not report it. */
  readonly version: string | null;
  /** One line, without secrets. */
  readonly message: string;
}

/** Repetitions of a failing task leave no event, so its failure stands near the end; what arrived since stands behind it. */
const PAGE_EVENTS = 50;
const MOST_PAGES = 4;
const MESSAGE_LENGTH = 300;

/** temporal.api.enums.v1.WorkflowTaskFailedCause: ends of a task in ordinary operation, without a fault. */
const ORDINARY = new Set([
  1, // unhandled command: something arrived while the workflow was about to end
  8, // reset of the sticky queue
  12, // reset of the workflow
  16, // force close
  17, // failover close
]);

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Failed = temporal.api.history.v1.IWorkflowTaskFailedEventAttributes;

/** How the present workflow task fails repeatedly; null if it does not. */
export async function failingTaskOf(
  client: Client,
  namespace: string,
  description: WorkflowExecutionDescription,
): Promise<FailingTask | null> {
  if (description.status.name !== 'RUNNING' || (description.raw.pendingWorkflowTask?.attempt ?? 0) <= 1) return null;
  const failed = await newestFailure(client, namespace, description);
  if (!failed) return null;
  const worker = clean(failed.identity ?? '') || 'unknown';
  const message = await messageOf(client, description.workflowId, failed);
  return { worker, version: versionIn(worker), message };
}

/** The reason that was given when the workflow was terminated; null if it was not. */
export async function terminationOf(
  client: Client,
  namespace: string,
  { status, workflowId, runId }: WorkflowExecutionDescription,
): Promise<string | null> {
  if (status.name !== 'TERMINATED') return null;
  const execution = { workflowId, runId };
  const page = { namespace, execution, maximumPageSize: 1 };
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse(page);
  return history?.events?.[0]?.workflowExecutionTerminatedEventAttributes?.reason ?? null;
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

/** A failure of the workflow's own code is bound to its workflow; one around it, such as a missing key, is bound to no place. */
async function attributesOf(
  client: Client,
  workflowId: string,
  hidden: Parameters<typeof decodeFirst>[1][number],
): Promise<string | null> {
  for (const place of [{ workflowId }, null]) {
    const read = encodedAttributes.safeParse(await decodeFirst(client, [hidden], place).catch(() => null));
    if (read.success) return read.data.message;
  }
  return null;
}

/** The failure's message; it may be encrypted with a key that this machine does not have. */
async function messageOf(client: Client, workflowId: string, { failure }: Failed): Promise<string> {
  const hidden = failure?.encodedAttributes;
  const read = hidden ? await attributesOf(client, workflowId, hidden) : null;
  if (hidden && read === null) return 'its message is encrypted with a key that this machine does not have';
  const message = read ?? failure?.message ?? '';
  const told = clean(redact(message.slice(0, MESSAGE_LENGTH * 10)));
  if (told === '') return 'no reason given';
  return told.length > MESSAGE_LENGTH ? `${told.slice(0, MESSAGE_LENGTH)}…` : told;
}

/** What is wrong, as one sentence without a capital and a full stop. */
export function failingSentence({ worker, version, message }: FailingTask): string {
  const of = version === null ? 'version unknown' : `version ${version}`;
  return `the installer's own code cannot continue this install; it fails in the worker ${worker}, ${of}: ${message}`;
}

const ADVICE = advise`Nothing is lost: a worker of the version that started the install, or of a newer one, continues it where it is. Update appliance-client, then ${callOf('worker', 'stop')} and ${callOf('resume')}; if the newest version fails as well, report it with the line above.`;

/** What to do about it, for this call and site. */
export function failingAdvice(context: CallContext, site: Site): string {
  return renderAdvice(ADVICE, situationOf(context, site, 'attended'));
}

/** The error for a request that failing code cannot handle. `what` reads on after "Cannot". */
export function failingTaskError(what: string, failing: FailingTask, cause?: unknown): UserError {
  return advisedError(EXIT.missing, advise`Cannot ${what}: ${failingSentence(failing)}. ${ADVICE}`, { cause });
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { InputsReference } from '../../model/order.ts';
import { PREFLIGHT_WORKFLOW } from '../../model/workflow-contract.ts';
import type { PreflightInput, PreflightReport } from '../../model/workflow-contract.ts';
import type { TemporalAccess } from '../../temporal/index.ts';
import { heartbeatsOf } from './view.ts';

type Preflight = (input: PreflightInput) => Promise<PreflightReport>;

/** No silence over 10 seconds is promised. */
const TELL_EVERY_MS = 5_000;

/** Runs all checks as a workflow and gives their report; `tell` is called every few seconds with what is still open. */
export async function runPreflight(
  { client, taskQueue }: Pick<TemporalAccess, 'client' | 'taskQueue'>,
  { workflowId, inputs }: { readonly workflowId: string; readonly inputs: InputsReference },
  tell: (stillOpen: string) => void,
): Promise<PreflightReport> {
  const handle = await client.workflow.start<Preflight>(PREFLIGHT_WORKFLOW, {
    workflowId,
    taskQueue,
    args: [{ inputs }],
  });
  const over = new AbortController();
  const telling = tellUntil(over.signal, async () => tell(await openIn(client, handle)));
  try {
    return await handle.result();
  } finally {
    over.abort();
    await telling;
  }
}

async function openIn(client: Client, handle: WorkflowHandle): Promise<string> {
  const [heartbeat] = await heartbeatsOf(client, await handle.describe());
  return heartbeat?.wait?.saw ?? 'no worker has picked it up yet';
}

/** Ends with the signal, or when the server cannot be asked: waiting for the report says why. */
async function tellUntil(signal: AbortSignal, tell: () => Promise<void>): Promise<void> {
  try {
    for (;;) {
      await delay(TELL_EVERY_MS, undefined, { signal });
      await tell();
    }
  } catch {
    // Nothing is lost: these messages are only for people who wait.
  }
}

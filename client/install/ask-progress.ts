import type { Client } from '@temporalio/client';
import { QUERY_PROGRESS, installWorkflowId } from '../../model/workflow-contract.ts';
import { parseProgress } from './view.ts';
import type { Asked } from './view.ts';

/** How the workflow itself is asked for its progress, beside the look at what the server holds. */
export interface Ask {
  /** For how long its answer is waited for after the server's own has come. */
  readonly graceMs: number;
  /** False where nobody is there to answer: then nothing is waited for. */
  readonly workerRuns: Promise<boolean>;
}

export interface Question {
  /** Never rejects. */
  readonly answer: Promise<Asked>;
  /** Waits no longer for it. */
  stop(): void;
}

/** A question that nobody hears is given up by itself. */
const LONGEST_MS = 10_000;

/** Asks the workflow of a site; a worker must answer, which can take any time. Gives the question that is under way. */
export function askProgress(
  client: Client,
  siteId: string,
  workerRuns: Promise<boolean>,
  signal: AbortSignal,
): Question {
  const over = new AbortController();
  const query = async (): Promise<Asked> => {
    try {
      const value = await client.withDeadline(Date.now() + LONGEST_MS, () =>
        client.withAbortSignal(AbortSignal.any([signal, over.signal]), () =>
          client.workflow.getHandle(installWorkflowId(siteId)).query<unknown>(QUERY_PROGRESS),
        ),
      );
      return { progress: parseProgress(value) };
    } catch (error) {
      return { why: `the worker gave no answer (${error instanceof Error ? error.message : String(error)})` };
    }
  };
  const nobody = async (): Promise<Asked> => {
    // Whether a worker runs may not be known: then the answer is waited for.
    if (await workerRuns.catch(() => true)) return new Promise<never>(() => {});
    return { why: 'no worker runs' };
  };
  return { answer: Promise.race([query(), nobody()]), stop: () => over.abort() };
}

/** Takes a question and for how long its answer is waited for, gives what came of it. */
export async function answerWithin({ answer }: Question, graceMs: number): Promise<Asked> {
  const late = Promise.withResolvers<Asked>();
  const timer = setTimeout(() => late.resolve({ why: `no worker answered within ${graceMs} ms` }), graceMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

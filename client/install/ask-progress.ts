import type { Client } from '@temporalio/client';
import { QUERY_PROGRESS } from '../../model/workflow-contract.ts';
import { parseProgress } from './view.ts';
import type { Asked } from './view.ts';

/** How the workflow itself is asked for its progress, beside what the server holds. */
export interface Ask {
  /** How long to wait for its answer after the server's own has come. */
  readonly graceMs: number;
  /** False if no worker is there to answer: then there is no wait. */
  readonly workerRuns: Promise<boolean>;
}

export interface Question {
  /** Never rejects. */
  readonly answer: Promise<Asked>;
  /** Waits no longer for it. */
  stop(): void;
}

/** After this a question without an answer is given up. */
const LONGEST_MS = 10_000;

/** Asks the workflow of an install; a worker must answer, which can take any time. Gives the pending question. */
export function askProgress(
  client: Client,
  workflowId: string,
  workerRuns: Promise<boolean>,
  signal: AbortSignal,
): Question {
  const over = new AbortController();
  const query = async (): Promise<Asked> => {
    try {
      const value = await client.withDeadline(Date.now() + LONGEST_MS, () =>
        client.withAbortSignal(AbortSignal.any([signal, over.signal]), () =>
          client.workflow.getHandle(workflowId).query<unknown>(QUERY_PROGRESS),
        ),
      );
      return { progress: parseProgress(value) };
    } catch (error) {
      return { why: `the worker gave no answer (${error instanceof Error ? error.message : String(error)})` };
    }
  };
  const nobody = async (): Promise<Asked> => {
    // If it is unknown whether a worker is running, the answer is waited for.
    if (await workerRuns.catch(() => true)) return new Promise<never>(() => {});
    return { why: 'no worker is running' };
  };
  return { answer: Promise.race([query(), nobody()]), stop: () => over.abort() };
}

/** The answer, or that none came in time. */
export async function answerWithin({ answer }: Question, graceMs: number): Promise<Asked> {
  const late = Promise.withResolvers<Asked>();
  const timer = setTimeout(() => late.resolve({ why: `no worker answered within ${graceMs} ms` }), graceMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

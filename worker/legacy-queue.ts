import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { DEFAULT_TASK_QUEUE, installWorkflowId } from '../model/workflow-contract.ts';
import { listSites, siteFolder } from '../site-folder/index.ts';
import { installIn, readSiteRecord } from '../site-folder/record.ts';
import { queueOfOpen } from '../temporal/open-workflow.ts';

/** An older client may start an install beside this worker at any time; the end of one is not urgent. */
const LOOK_EVERY_MS = 30_000;
const LOOK_TIMEOUT_MS = 5_000;

export interface LegacyQueueOptions {
  readonly home: string;
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The queue that this worker serves anyway. */
  readonly taskQueue: string;
  readonly signal: AbortSignal;
  /** The worker is not running yet. */
  readonly createWorker: (taskQueue: string) => Promise<Worker>;
}

/**
 * Serves the one queue that clients up to 0.1.0 shared, only while an install of theirs for a site of this folder is open: others may serve
 * it for their own. Resolves after the first check; `ended` resolves after the signal, or rejects when the worker for it fails.
 */
export async function serveLegacyQueue(options: LegacyQueueOptions): Promise<{ readonly ended: Promise<void> }> {
  const { taskQueue, signal, createWorker } = options;
  if (taskQueue === DEFAULT_TASK_QUEUE) return { ended: Promise.resolve() };
  let serving: { readonly worker: Worker; readonly ended: Promise<void> } | null = null;
  const look = async (): Promise<void> => {
    const isNeeded = signal.aborted ? false : await isLegacyInstallOpen(options);
    if (isNeeded === null || isNeeded === (serving !== null)) return;
    if (serving === null) {
      const worker = await createWorker(DEFAULT_TASK_QUEUE);
      serving = { worker, ended: worker.run() };
      return;
    }
    const { worker, ended } = serving;
    serving = null;
    worker.shutdown();
    await ended;
  };
  const keepLooking = async (): Promise<void> => {
    while (!signal.aborted) {
      const rest = sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      // An end of the worker that was not requested is a failure.
      await Promise.race([rest, ...(serving ? [serving.ended] : [])]);
      await look();
    }
    await look();
  };
  await look();
  return { ended: keepLooking() };
}

/** Null if the server does not answer. */
async function isLegacyInstallOpen({ home, connection, namespace }: LegacyQueueOptions): Promise<boolean | null> {
  let isUnsure = false;
  for (const siteId of await listSites(home)) {
    const record = await readSiteRecord(siteFolder(home, siteId)).catch(() => null);
    const workflowId = installWorkflowId(siteId);
    if (installIn(record) !== workflowId) continue;
    try {
      const queue = await connection.withDeadline(Date.now() + LOOK_TIMEOUT_MS, () =>
        queueOfOpen(connection, namespace, workflowId),
      );
      if (queue !== null) return true;
    } catch {
      isUnsure = true; // asked again at the next check
    }
  }
  return isUnsure ? null : false;
}

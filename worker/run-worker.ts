import { NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { Ports } from '../activities/ports/index.ts';
import type { TemporalTarget } from '../temporal/connection.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { workerIdentity } from '../temporal/identity.ts';
import { builtWorkflowBundle, codeFile } from '../system/code-files.ts';

export interface RunOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly temporal: TemporalTarget;
  readonly ports: Ports;
  /** Ends the worker: it takes no new work, and what runs has a few seconds to stop. */
  readonly signal: AbortSignal;
  readonly onReady: () => void | Promise<void>;
}

/**
 * Runs a worker until the signal. Heartbeats leave often, because a cancellation reaches an activity as the answer to one:
 * a person who asks for a retry should not wait for it.
 */
export async function runWorker(options: RunOptions): Promise<void> {
  const { temporal } = options;
  const connection = await NativeConnection.connect(temporal.connection);
  try {
    const worker = await Worker.create({
      connection,
      identity: workerIdentity(),
      namespace: temporal.namespace,
      taskQueue: temporal.taskQueue,
      activities: createActivities(options.ports),
      dataConverter: await dataConverter(options.home, options.environment),
      maxHeartbeatThrottleInterval: '2 seconds',
      defaultHeartbeatThrottleInterval: '2 seconds',
      shutdownGraceTime: '2 seconds',
      maxCachedWorkflows: 50,
      ...(await workflowCode()),
    });
    options.signal.addEventListener('abort', () => worker.shutdown(), { once: true });
    await worker.runUntil(async () => {
      await options.onReady();
      await aborted(options.signal);
    });
  } finally {
    await connection.close();
  }
}

async function workflowCode(): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
  const codePath = builtWorkflowBundle();
  if (codePath) return { workflowBundle: { codePath } };
  return {
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: codeFile('workflows/index'),
      failureConverterPath: codeFile('temporal/failure-converter'),
    }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

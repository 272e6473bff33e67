import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import type { TemporalTarget } from '../temporal/connection.ts';
import { serverName } from '../temporal/connection.ts';
import type { CarriedKeeper } from './carried.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { closeEnded, meetServer } from '../temporal/legacy-workflows.ts';
import { serveLegacyQueue } from './legacy-queue.ts';
import { builtWorkflowBundle, codeFile } from '../system/code-files.ts';

/** How long a stopping worker may still write what its workflows passed on. */
const SETTLE_MS = 3_000;

export interface RunOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly temporal: TemporalTarget;
  readonly activities: Activities;
  /** Stores what the workflows pass on. */
  readonly carried: CarriedKeeper;
  /** The name that it gives the server. */
  readonly identity: string;
  /** The workflows, bundled; by default those of this build. */
  readonly codePath?: string;
  /** Ends the worker: it takes no new work, and what runs has a few seconds to stop. */
  readonly signal: AbortSignal;
  readonly onReady: () => void | Promise<void>;
}

/**
 * Every open install has one running step, or none while it is parked: with fewer slots some wait for others to end, which may take hours.
 * A waiting step costs a timer and a watch. `npm run bench -- fleet` measures a hundred.
 */
const MOST_STEPS = 400;
/** An install outside of the cache is replayed from its history at its next task. */
const MOST_INSTALLS = 200;

/**
 * Runs a worker until the signal. Heartbeats are sent often, because a cancellation reaches an activity as the answer to one: a person who
 * requests a retry should not wait for it.
 */
export async function runWorker(options: RunOptions): Promise<void> {
  const { temporal } = options;
  const connection = await NativeConnection.connect(temporal.connection);
  try {
    const server = {
      workflowService: connection.workflowService,
      namespace: temporal.namespace,
      name: serverName(temporal),
    };
    await meetServer(options.home, options.environment, server);
    await closeEnded(options.home, server);
    const common = {
      connection,
      identity: options.identity,
      namespace: temporal.namespace,
      // A record of functions, which the SDK types by an index.
      activities: { ...options.activities },
      sinks: options.carried.sinks,
      dataConverter: dataConverter(options.home, options.environment, 'worker'),
      maxHeartbeatThrottleInterval: '2 seconds',
      defaultHeartbeatThrottleInterval: '2 seconds',
      shutdownGraceTime: '2 seconds',
      maxConcurrentActivityTaskExecutions: MOST_STEPS,
      maxCachedWorkflows: MOST_INSTALLS,
      // After this the tasks of a killed worker's own queue go to the others; the default is ten seconds.
      stickyQueueScheduleToStartTimeout: '1 second',
      ...(await workflowCode(options.codePath ?? builtWorkflowBundle())),
    } as const;
    const createWorker = (taskQueue: string): Promise<Worker> => Worker.create({ ...common, taskQueue });
    const worker = await createWorker(temporal.taskQueue);
    options.signal.addEventListener('abort', () => worker.shutdown(), { once: true });
    await worker.runUntil(async () => {
      const legacy = await serveLegacyQueue({ ...options, ...temporal, connection, createWorker });
      await options.onReady();
      await Promise.all([aborted(options.signal), legacy.ended]);
    });
  } finally {
    await Promise.race([options.carried.settled(), sleep(SETTLE_MS, undefined, { ref: false })]);
    await connection.close();
  }
}

async function workflowCode(codePath: string | null): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
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

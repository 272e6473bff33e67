import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { DEFAULT_TASK_QUEUE } from '../../model/workflow-contract.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { needs } from './needs.ts';
import { NO_SINKS, workflowBundle } from './workflow-bundle.ts';

needs('temporal');

/** A real Temporal dev server, in memory, for one test file; `settings` are the server's dynamic configuration. */
export async function localEnvironment(settings: Record<string, number> = {}): Promise<TestWorkflowEnvironment> {
  const program = await resolveProgram('temporal');
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: program.path },
      log: { level: 'error', format: 'pretty' },
      extraArgs: Object.entries(settings).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    },
  });
}

/** A worker that does not run yet. `limits` override its usual settings. */
export async function testWorker(
  environment: TestWorkflowEnvironment,
  activities: Activities,
  taskQueue: string = DEFAULT_TASK_QUEUE,
  limits: Pick<WorkerOptions, 'maxConcurrentActivityTaskExecutions' | 'maxCachedWorkflows'> = {},
): Promise<Worker> {
  return Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: await workflowBundle(),
    sinks: NO_SINKS,
    activities,
    maxHeartbeatThrottleInterval: '100 milliseconds',
    defaultHeartbeatThrottleInterval: '100 milliseconds',
    shutdownGraceTime: '1 second',
    ...limits,
  });
}
